import should from "should";
import { compileSchema } from "../../../lib/mapping/schema";

describe("compileSchema", () => {
  const check = compileSchema({
    type: "object",
    required: ["email"],
    properties: { city: { type: "string", maxLength: 3 }, tier: { enum: ["basic"] } },
  });

  it("names every broken field at once, and none of its values", () => {
    const problems = check({ city: "Stuttgart", tier: "secret-tier" });
    should(problems.map(({ path, code }) => [path, code])).eql([
      ["email", "SCHEMA_REQUIRED"],
      ["city", "SCHEMA_MAXLENGTH"],
      ["tier", "SCHEMA_ENUM"],
    ]);
    should(JSON.stringify(problems)).not.match(/Stuttgart|secret-tier/);
  });

  it("finds nothing wrong with a record that fits", () => {
    should(check({ email: "a@example.org", city: "Ulm" })).eql([]);
  });

  it("refuses what is no schema", () => {
    should(() => compileSchema({ type: "nonsense" })).throw({ code: "SCHEMA_INVALID" });
  });
});
