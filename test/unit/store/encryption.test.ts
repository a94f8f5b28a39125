import { randomBytes } from "node:crypto";
import should from "should";
import { backoffDelay } from "../../../lib/store/backoff";
import { createKeys, openKeys, StoreCipher, wrapKeys } from "../../../lib/store/encryption";
import { emptyChange } from "../../../lib/sync/change";

describe("the encryption of the store", () => {
  const cipher = new StoreCipher(randomBytes(32));
  const plain = Buffer.from("plain text");

  it("opens what it sealed, each time sealed differently", () => {
    const sealed = cipher.seal(plain, "change");
    should(cipher.open(sealed, "change")?.equals(plain)).be.true();
    should(cipher.seal(plain, "change").equals(sealed)).be.false();
  });

  it("opens nothing under another key, for another purpose, cut short or touched", () => {
    const sealed = cipher.seal(plain, "change");
    should(new StoreCipher(randomBytes(32)).open(sealed, "change")).be.null();
    should(cipher.open(sealed, "print key")).be.null();
    for (const length of [0, 1, 28, sealed.length - 1])
      should(cipher.open(sealed.subarray(0, length), "change")).be.null();
    for (let index = 0; index < sealed.length; index++) {
      const touched = Buffer.from(sealed);
      touched[index] = (touched[index] ?? 0) ^ 1;
      should(cipher.open(touched, "change")).be.null();
    }
    should(() => cipher.openChange(Buffer.from("?"))).throw({ code: "STORE_CORRUPT" });
  });

  it("brings a change back with any text in it", () => {
    const change = { ...emptyChange("upsert", 1), rules: { r: { at: null, source: "", values: ["\u0000 Ünï 😀"] } } };
    should(cipher.openChange(cipher.sealChange(change))).eql(change);
  });

  it("wraps keys that only the same secret unwraps", async () => {
    const keys = createKeys();
    const wrapped = await wrapKeys("sécret", keys);
    should(await openKeys("se\u0301cret", wrapped)).eql(keys);
    should(await openKeys("secret", wrapped)).be.null();
    should(await openKeys("sécret", { ...wrapped, wrappedPayloadKey: wrapped.wrappedPrintKey })).be.null();
    should(createKeys().payloadKey.equals(keys.payloadKey)).be.false();
  });
});

describe("backoffDelay", () => {
  it("doubles its ceiling from a second up to five minutes", () => {
    const ceilings = [1, 2, 3, 9, 10, 5000].map((attempt) => backoffDelay(attempt, () => 1));
    should(ceilings).eql([1000, 2000, 4000, 256_000, 300_000, 300_000]);
  });

  it("spreads over the whole range, and never waits no time at all", () => {
    should(backoffDelay(3, () => 0.25)).equal(1000);
    should(backoffDelay(0, () => 0)).equal(1);
  });
});
