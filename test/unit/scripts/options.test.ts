import should from "should";
import { parseOptions, UsageError, wholeNumber } from "../../../scripts/options";

const OPTIONS = { runs: { type: "string", default: "10" }, calm: { type: "boolean" } } as const;

const complaint = (args: string[], known?: string): string => {
  try {
    parseOptions({ args, options: OPTIONS }, known);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
  }
  return "none";
};

describe("The options of a command", () => {
  it("are read", () => {
    const { values } = parseOptions({ args: ["--calm"], options: OPTIONS });
    should({ ...values }).eql({ runs: "10", calm: true });
  });

  for (const [told, args] of [
    ["Unknown option '--running'", ["--running", "3"]],
    ["Unknown option '--help'", ["--help"]],
    ["Unexpected argument 'three'", ["three"]],
    ["Option '--runs <value>' argument missing", ["--runs"]],
    ["Option '--runs' argument is ambiguous", ["--runs", "--calm"]],
  ] as const) {
    it(`are told in one line, with what is wrong: ${told}`, () => {
      should(complaint([...args])).equal(`${told}. The options are --runs, --calm.`);
    });
  }

  it("are told in the words of the command, where it takes something else", () => {
    should(complaint(["--help"], "Name a benchmark.")).equal("Unknown option '--help'. Name a benchmark.");
  });

  it("may be whole numbers within bounds", () => {
    should(wholeNumber("runs", "3", 3, 5)).equal(3);
    for (const text of ["2", "6", "3.5", "", "1e1", "many"])
      should(() => wholeNumber("runs", text, 3, 5)).throw(/^Give --runs as a whole number of 3 to 5\.$/);
  });
});
