import should from "should";
import { contest, ratio } from "../../../bench/mapping/contest";
import { mapperOf } from "../../../bench/mapping/main";
import { legacyUsers, mapByHand, mapByJsonata, TEN_RULES } from "../../../bench/mapping/ten-rules";
import type { JsonObject } from "../../../lib/sync/types";

/** JSON without the order of keys and what JSONata leaves on its values. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("The benchmark of the field map", () => {
  const compiled = mapperOf(TEN_RULES);

  it("compares three ways to the same result", async () => {
    const jsonata = mapByJsonata();
    for (const user of legacyUsers(500)) {
      const expected = plain(compiled(user));
      should(plain(mapByHand(user))).eql(expected);
      should(plain(await jsonata(user))).eql(expected);
    }
  });

  it("has a function by hand that takes what the rules take, and refuses what they refuse", () => {
    const [user] = legacyUsers(1);
    const odd: JsonObject[] = [
      { points: 12.5 },
      { newsletter: true },
      { newsletter: " n " },
      { nick: null, city: "" },
      { zip: "", city: "" },
      { name: " Berg ,  Lena " },
      { name: "Cher" },
      { born: "29.02.1999" },
      { state: "gone" },
      { points: "many" },
      { mail: "" },
    ];
    const outcome = (map: (record: JsonObject) => unknown, record: (typeof odd)[number]) => {
      try {
        return plain(map(record));
      } catch {
        return "refused";
      }
    };
    for (const change of odd) {
      const record = { ...user, ...change };
      should([change, outcome(mapByHand, record)]).eql([change, outcome(compiled, record)]);
    }
  });

  it("finds the compiled map many times as fast as JSONata", async () => {
    const [ours, theirs] = await contest(legacyUsers(200), { ours: compiled, theirs: mapByJsonata() }, 3);
    should(ours && theirs && ratio(ours, theirs)).be.above(5);
  });
});
