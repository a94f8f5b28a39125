import should from "should";
import type { JsonObject } from "../../lib/sync/types";
import { at } from "../support/answers";
import { findNode } from "../support/flows";
import { APART_MS, type Pair, sceneFlow, withScene } from "../support/scene";

const USERS = 6;
const SAME = { given_name: "Lea", family_name: "Lang", address: { locality: "Ulm" }, userStatus: "VERIFIED" };

/** The accounts that cidaas has before the first run, tied to the legacy users whose they are or may be. */
interface Tenant {
  /** Under its legacy id, and as the legacy system has it. */
  equal: Pair;
  /** Under its legacy id, with another city, edited later. */
  different: Pair;
  /** Tied by nothing but an e-mail that is verified on both sides. */
  verified: Pair;
  /** Tied by nothing but an e-mail that nobody has verified in cidaas. */
  unverified: Pair;
  /** Of somebody whom the legacy system does not know. */
  own: string;
}

describe("A first run against a tenant that has users already, in a real Node-RED", function () {
  const scene = withScene(this, { each: true, users: USERS, flow: [] });
  let known: Tenant;
  let moment = 0;

  /** Two systems that have lived apart for years, and then the first load of all legacy users. */
  async function firstRun(firstContact: string): Promise<void> {
    known = await liveApart();
    moment = scene().moment;
    await scene().demo.nodeRed.deployFlows(sceneFlow({ "user-sync": { firstContact } }));
    await scene().quiet();
    await scene().demo.nodeRed.inject(findNode(sceneFlow(), "inject").id);
    const isThere = ({ id }: JsonObject) => scene().subOf(String(id)) !== null;
    await scene().until(
      () =>
        scene()
          .legacy.snapshot()
          .slice(4)
          .every((user) => isThere({ ...user })),
      "the rest",
    );
    await scene().quiet();
  }

  async function liveApart(): Promise<Tenant> {
    const users = scene().legacy.snapshot();
    const fields = { first_name: "Lea", last_name: "Lang", city: "Ulm", email_verified: 1, status: "active" };
    scene().silently(() => {
      for (const { id } of users) scene().legacy.edit(id, fields);
    });
    await scene().pass(APART_MS);
    return scene().silently(() => {
      const account = (place: number, members: JsonObject): Pair => {
        const legacyId = String(users[place]?.id);
        return { legacyId, sub: scene().registerCidaas(String(users[place]?.email), { ...SAME, ...members }) };
      };
      const link = (place: number) => ({ customFields: { legacy_id: String(users[place]?.id) } });
      return {
        equal: account(0, link(0)),
        different: account(1, { ...link(1), address: { locality: "Bonn" } }),
        verified: account(2, {}),
        unverified: account(3, { email_verified: false }),
        own: scene().registerCidaas(scene().email(), SAME),
      };
    });
  }

  /** What has to be whatever is told about first contacts. */
  async function judge(): Promise<void> {
    const { equal, verified, unverified, own } = known;
    const emails = scene()
      .tenant.snapshot()
      .map(({ email }) => email);
    should(new Set(emails).size).equal(emails.length);
    should(emails).have.length(USERS + 1);
    should(scene().differences(equal, verified)).eql([]);
    should(scene().subOf(verified.legacyId)).equal(verified.sub);
    // Nobody knows whose the unverified account is.
    should(scene().writesSince(moment, unverified)).eql([]);
    should(await scene().parked(unverified)).containEql("to-cidaas LINK_REVIEW");
    // Somebody born in cidaas becomes a legacy user with the first edit.
    scene().tenant.edit(own, { given_name: "Anna" });
    await scene().quiet();
    const born = { sub: own, legacyId: String(at(scene().inCidaas(own), "customFields.legacy_id")) };
    should(scene().differences(born)).eql([]);
    should(scene().legacy.snapshot()).have.length(USERS + 1);
  }

  it("makes nobody twice, links by what is verified, and leaves to a person what differs", async () => {
    await firstRun("park");
    const { different } = known;
    should(scene().cities(different)).eql(["Bonn", "Ulm"]);
    should(new Set(await scene().parked(different))).eql(new Set(["to-cidaas FIRST_CONTACT"]));
    should(scene().writesSince(moment, different)).eql([]);
    await judge();
  });

  it("takes the later edit where it is told to, and records the earlier one", async () => {
    await firstRun("newest");
    const { different } = known;
    should(scene().cities(different)).eql(["Bonn", "Bonn"]);
    should(await scene().conflicts(different)).match([{ rule: "city", winner: "cidaas", ambiguous: false }]);
    should(await scene().parked(different)).eql([]);
    await judge();
  });
});
