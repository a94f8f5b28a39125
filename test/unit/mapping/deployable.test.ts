import should from "should";
import { parseDeployable } from "../../../lib/mapping/deployable";

const EMAIL = { id: "email", cidaas: "email", legacy: "email" };
const check = (...rules: object[]) => parseDeployable(rules);

describe("parseDeployable", () => {
  it("refuses a map that writes to cidaas and says nothing about the status", () => {
    should(() => check(EMAIL)).throw({ code: "MAP_INVALID", field: "rules", message: /userStatus.*VERIFIED/ });
    should(() => check({ ...EMAIL, direction: "to-cidaas" })).throw({ code: "MAP_INVALID" });
  });

  it("does not count a status that goes to the legacy system only", () => {
    const status = { id: "status", cidaas: "userStatus", legacy: "status" };
    should(() => check(EMAIL, { ...status, direction: "to-legacy" })).throw({ code: "MAP_INVALID" });
    check(EMAIL, status);
    check(EMAIL, { ...status, direction: "to-cidaas" });
  });

  it("takes a constant for the word that all users are active", () => {
    const active = { cidaas: "userStatus", transform: "constant", options: { toCidaas: "VERIFIED" } };
    check(EMAIL, { ...active, direction: "to-cidaas", write: "create" });
  });

  it("asks for no status where nothing is written to cidaas", () => {
    check();
    check({ ...EMAIL, direction: "to-legacy" });
  });

  it("tells it together with what is wrong with single rules", () => {
    should(() => check({ ...EMAIL, transform: "rot13" })).throw({ message: /\(2\).*rot13.*userStatus/ });
  });
});
