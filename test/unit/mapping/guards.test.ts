import { randomBytes } from "node:crypto";
import fc from "fast-check";
import should from "should";
import { isTooDeep } from "../../../lib/mapping/depth";
import { maskAll, maskSecrets } from "../../../lib/mapping/mask";
import { parseRules } from "../../../lib/mapping/rules";
import { createSealer, SEAL_PREFIX } from "../../../lib/mapping/seal";
import { readTime } from "../../../lib/mapping/time";
import type { Json } from "../../../lib/sync/types";

const json = fc.jsonValue().map((value): Json => JSON.parse(JSON.stringify(value)));

describe("isTooDeep", () => {
  it("counts levels of objects and arrays", () => {
    should(isTooDeep("x", 0)).equal(false);
    should(isTooDeep({}, 0)).equal(true);
    should(isTooDeep({ a: [1] }, 2)).equal(false);
    should(isTooDeep({ a: [{}] }, 2)).equal(true);
  });

  it("ends on nesting that would break recursion, on cycles and on shared parts", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 200_000; depth++) deep = { deep };
    should(isTooDeep(deep, 32)).equal(true);
    const cycle: unknown[] = [];
    cycle.push(cycle);
    should(isTooDeep(cycle, 32)).equal(true);
    let shared: unknown = 1;
    for (let depth = 0; depth < 30; depth++) shared = [shared, shared];
    should(isTooDeep(shared, 32)).equal(false);
  });
});

describe("createSealer", () => {
  it("opens what it sealed, also after a way through JSON", () => {
    const sealer = createSealer();
    fc.assert(
      fc.property(json, (value) => {
        const sealed: string = JSON.parse(JSON.stringify({ sealed: sealer.seal(value) })).sealed;
        should(sealed).match(/^sealed:v1:[\w-]+$/);
        should(sealer.isSealed(sealed)).equal(true);
        should(sealer.open(sealed)).eql(value);
      }),
    );
  });

  it("seals equal values differently and hides them", () => {
    const sealer = createSealer();
    should(sealer.seal("hash")).not.equal(sealer.seal("hash"));
    should(Buffer.from(sealer.seal("hash").slice(SEAL_PREFIX.length), "base64url").includes("hash")).equal(false);
  });

  it("refuses what another process sealed, what was changed and what is no seal", () => {
    const sealer = createSealer(randomBytes);
    const sealed = sealer.seal("x");
    const bytes = Buffer.from(sealed.slice(SEAL_PREFIX.length), "base64url");
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const changed = SEAL_PREFIX + bytes.toString("base64url");
    for (const text of [createSealer().seal("x"), changed, "", SEAL_PREFIX, "plain text", sealed.slice(0, -8)])
      should(() => sealer.open(text)).throw({ code: "SEAL_BROKEN" });
    for (const value of ["plain", null, 5, {}]) should(sealer.isSealed(value)).equal(false);
  });
});

describe("masks", () => {
  it("replace values of secret rules on that side only, in a copy", () => {
    const rules = parseRules([
      { cidaas: "password_hash_info", legacy: "login.hash", transform: "hash" },
      { cidaas: "email", legacy: "mail" },
      { cidaas: "customFields.pin", legacy: "pin", secret: true },
    ]);
    const record = { login: { hash: "h", at: 1 }, mail: "m", password_hash_info: "p" };
    should(maskSecrets(rules, "legacy", record)).eql({
      login: { hash: "***", at: 1 },
      mail: "m",
      password_hash_info: "p",
    });
    should(record.login.hash).equal("h");
  });

  it("hide every leaf and keep the structure", () => {
    should(maskAll({ a: [1, { b: "x" }], c: null, d: {} })).eql({ a: ["•••", { b: "•••" }], c: "•••", d: {} });
    let deep: Json = "x";
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    should(JSON.stringify(maskAll(deep))).containEql("•••");
  });
});

describe("readTime", () => {
  const time = Date.UTC(2026, 10, 23, 18, 7, 5);

  it("reads ISO texts, database texts and epochs", () => {
    for (const value of [
      "2026-11-23T18:07:05Z",
      "2026-11-23T19:07:05+01:00",
      "2026-11-23T18:07:05",
      "2026-11-23 18:07:05",
      "2026-11-23 19:07:05+01",
      " 2026-11-23T18:07:05.000Z ",
      time,
      time / 1000,
      String(time),
      String(time / 1000),
    ])
      should([value, readTime({ a: { t: value } }, "a.t")]).eql([value, time]);
    should(readTime({ t: "2026-11-23" }, "t")).equal(Date.UTC(2026, 10, 23));
  });

  it("reads the times of directories, and no number of milliseconds out of them", () => {
    const time = Date.UTC(2026, 9, 30, 17, 45, 21);
    for (const t of ["20261030174521Z", "20261030174521", 20261030174521, "20261030194521+0200", "20261030174521.0Z"])
      should([t, readTime({ t }, "t")]).eql([t, time]);
    should(readTime({ t: "20261030174521.5Z" }, "t")).equal(time + 500);
    should(readTime({ t: "20261330174521Z" }, "t")).equal(null);
  });

  it("gives null for what is missing or unreadable", () => {
    for (const t of [
      null,
      "",
      "yesterday",
      "2026-13-45",
      "18:07:05",
      0,
      -5,
      1e300,
      Number.NaN,
      true,
      [],
      {},
      "9".repeat(400),
    ])
      should(readTime({ t }, "t")).equal(null);
    should(readTime({}, "t")).equal(null);
  });
});
