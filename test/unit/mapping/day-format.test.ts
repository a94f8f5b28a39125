import fc from "fast-check";
import { DateTime } from "luxon";
import should from "should";
import { compileDayFormat } from "../../../lib/mapping/transforms/day-format";

const FORMATS = ["yyyy-MM-dd", "dd.MM.yyyy", "d.M.yyyy", "M/d/yyyy", "yyyyMMdd", "(yyyy) d-MM", "dd|MM|yyyy"];
const digits = fc.stringMatching(/^[0-9]{1,4}$/);

describe("compileDayFormat", () => {
  for (const format of FORMATS)
    it(`reads and writes ${format} as luxon does, also what is no day`, () => {
      const compiled = compileDayFormat(format);
      // Parts that are nearly a day: the format's own separators around any digits, and days that were never there.
      const text = fc
        .tuple(digits, digits, digits)
        .map((parts) => format.replace(/[a-zA-Z]+/g, () => parts.pop() ?? ""));
      const day = fc
        .record({
          year: fc.integer({ min: 0, max: 9999 }),
          month: fc.integer({ min: 1, max: 12 }),
          day: fc.integer({ min: 1, max: 31 }),
        })
        .map((values) => DateTime.fromObject(values))
        .filter((time) => time.isValid);
      fc.assert(
        fc.property(
          fc.oneof(
            text,
            day.map((time) => time.toFormat(format)),
          ),
          (given) => {
            const expected = DateTime.fromFormat(given, format, { zone: "UTC" });
            should(compiled?.read(given)).equal(expected.isValid ? expected.toISODate() : null);
          },
        ),
        { numRuns: 500 },
      );
      fc.assert(
        fc.property(day, (time) => {
          should(compiled?.write(time.toISODate() ?? "")).equal(time.toFormat(format));
        }),
      );
    });

  it("knows leap years", () => {
    const compiled = compileDayFormat("dd.MM.yyyy");
    for (const year of [1600, 2000, 2024]) should(compiled?.read(`29.02.${year}`)).equal(`${year}-02-29`);
    for (const year of [1900, 2023, 2100]) should(compiled?.read(`29.02.${year}`)).equal(null);
  });

  it("leaves all other formats to luxon", () => {
    for (const format of [
      "d LLL yyyy",
      "yy-MM-dd",
      "yyyy-MM",
      "yyyy-MM-dd HH:mm",
      "dd.MM.yyyy yyyy",
      "yyyy'y'MM-dd",
      "",
    ])
      should(compileDayFormat(format)).equal(null);
  });
});
