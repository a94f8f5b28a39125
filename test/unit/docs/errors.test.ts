import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import should from "should";

const ROOT = join(__dirname, "../../..");

/** First argument of an error's constructor, or the member `code` of a problem, a reason or a table. */
const CODES = /(?:new \w*Error\(\s*|code: )"([A-Z][A-Z_]+)"/g;

function codesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.includes("editor"))
    .flatMap((path) => [...readFileSync(join(ROOT, folder, path), "utf8").matchAll(CODES)])
    .flatMap(([, code]) => code ?? []);
}

describe("docs/errors.md", () => {
  it("explains every code that the package uses", () => {
    const documented = readFileSync(join(ROOT, "docs/errors.md"), "utf8");
    const codes = [...new Set(["lib", "nodes", "admin"].flatMap(codesIn))];
    should(codes.length).be.aboveOrEqual(60);
    should(codes.filter((code) => !documented.includes(`\`${code}\``))).eql([]);
  });
});
