import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import should from "should";
import { at } from "../support/answers";
import { type Pair, Scene, TOLERANCE_S } from "../support/scene";

/** Longer than the tolerance of the clocks. */
const APART_MS = TOLERANCE_S * 1000 + 300;

describe("A store that was restored from an older backup", function () {
  this.timeout(90_000);
  let scene: Scene;

  before(async () => {
    scene = await Scene.start();
  });
  after(() => scene?.close());

  const nodeRed = () => scene.demo.nodeRed;
  const file = (name: string): string => join(nodeRed().userDirectory, name);
  const hold = (lane: string, call: "pause" | "resume") =>
    nodeRed().request("POST", `/user-sync/users/${call}`, { lane });
  const waiting = async (lane: "to-legacy" | "to-cidaas") => (await nodeRed().status()).lanes[lane].waiting;

  /** As docs/store.md says it, while Node-RED is stopped. */
  function copy(from: string, to: string): void {
    for (const end of ["", "-wal"]) {
      rmSync(file(to + end), { force: true });
      if (existsSync(file(from + end))) copyFileSync(file(from + end), file(to + end));
    }
  }

  const editCidaas = ({ sub }: Pair, city: string) => scene.tenant.edit(sub, { address: { locality: city } });
  const editLegacy = ({ legacyId }: Pair, city: string) => scene.legacy.edit(legacyId, { city });

  it("brings every edit that either side still holds, undoes none, and makes nobody twice", async () => {
    const [calm, fromCidaas, fromLegacy, late] = [
      await scene.pair(),
      await scene.pair(),
      await scene.pair(),
      await scene.pair(),
    ];
    // In the backup an edit waits that is long brought, and overtaken, when the backup is restored.
    await hold("to-cidaas", "pause");
    editLegacy(late, "Köln");
    await scene.until(async () => (await waiting("to-cidaas")) === 1, "the edit to wait");
    await nodeRed().stop();
    copy("user-sync.db", "backup.db");
    await nodeRed().start();
    await hold("to-cidaas", "resume");
    await scene.quiet();

    await scene.pass(APART_MS);
    editCidaas(late, "Kiel");
    editCidaas(fromLegacy, "Jena");
    editLegacy(fromCidaas, "Jena");
    const emails = [scene.email(), scene.email()];
    const sub = scene.registerCidaas(emails[0] ?? "");
    const legacyId = scene.createLegacy(emails[1] ?? "");
    await scene.quiet();
    should(scene.cities(late)).eql(["Kiel", "Kiel"]);

    // Accepted, and lost with the store.
    await scene.pass(APART_MS);
    for (const lane of ["to-legacy", "to-cidaas"]) await hold(lane, "pause");
    editLegacy(fromLegacy, "Bonn");
    editCidaas(fromCidaas, "Trier");
    await scene.until(async () => (await waiting("to-legacy")) + (await waiting("to-cidaas")) === 2, "both to wait");
    await nodeRed().stop();
    copy("backup.db", "user-sync.db");
    const moment = scene.moment;
    await nodeRed().start();
    await hold("to-cidaas", "resume");
    await scene.quiet();
    await scene.demo.load();
    await scene.quiet();

    should(nodeRed().logs).match(/older copy.*firstContact/);
    should(scene.cities(fromLegacy)).eql(["Bonn", "Bonn"]);
    should(scene.cities(fromCidaas)).eql(["Trier", "Trier"]);
    should(scene.cities(late)).eql(["Kiel", "Kiel"]);
    should(scene.cities(calm)).eql(["Ulm", "Ulm"]);
    const inBoth = [...scene.tenant.snapshot(), ...scene.legacy.snapshot()].map((one) => one.email);
    for (const email of emails) should(inBoth.filter((one) => one === email)).have.length(2);
    const born = [
      { sub, legacyId: String(at(scene.inCidaas(sub), "customFields.legacy_id")) },
      { sub: scene.subOf(legacyId) ?? "", legacyId },
    ];
    const all = [calm, fromCidaas, fromLegacy, late, ...born];
    should(scene.differences(...all)).eql([]);
    for (const pair of all) should(await scene.parked(pair)).eql([]);
    for (const pair of [calm, late, ...born]) should(scene.writesSince(moment, pair)).eql([]);
  });
});
