import { writeFileSync } from "node:fs";
import { join } from "node:path";
import should from "should";
import { compareSides } from "../../scripts/demo/compare";
import { startDemo } from "../../scripts/demo/processes";
import { waitForQuiet } from "../../scripts/demo/quiet";
import { startLegacy } from "../../simulator/legacy/legacy";
import { exportOf } from "../support/export";
import { EXAMPLES, type FlowNode, findNode, loadExample, mergeFlows } from "../support/flows";
import { temporaryDirectory } from "../support/user-directory";
import { waitFor } from "../support/wait-for";

const OWN_TYPES =
  /^(user-sync|user-sync-backfill|user-sync-control|user-sync-legacy|user-sync-store|cidaas-.+|field-mapper|bulk-batcher|legacy-out)$/;

describe("The example flows", function () {
  this.timeout(60_000);

  for (const name of EXAMPLES) {
    describe(name, () => {
      const flow = loadExample(name);
      const ids = new Set(flow.map(({ id }) => id));

      it("has no dangling wire, link, scope or config node", () => {
        should(ids.size).equal(flow.length);
        for (const node of flow) should(referencesOf(node).filter((id) => !ids.has(id))).eql([], nameOf(node));
      });

      it("begins with a comment that explains it, names its nodes and catches its errors", () => {
        const comments = flow.filter(({ type }) => type === "comment");
        should(String(comments[0]?.info).split("\n").length).be.within(5, 12);
        should(flow.filter(({ type, name: given }) => type !== "tab" && !given)).eql([]);
        should(flow.some(({ type }) => type === "catch")).be.true();
      });

      it("holds no host and no secret, only names of environment variables", () => {
        should(JSON.stringify(flow)).not.match(/https?:\/\/(?!<)/);
        const secrets = flow.flatMap(({ credentials }) => Object.values(credentials ?? {}));
        for (const secret of secrets) should(secret).match(/^\$\{[A-Z_]+\}$/);
      });

      it("has the same config nodes as the others, so that two of them can be imported together", () => {
        should(configNodes(flow)).eql(configNodes(loadExample(EXAMPLES[0])));
      });
    });
  }

  it("use every node of the package", () => {
    const used = new Set(EXAMPLES.flatMap(loadExample).map(({ type }) => type));
    should([...used].filter((type) => OWN_TYPES.test(type))).have.length(12);
  });

  it("keep both sides equal when the two directions are imported one by one", async () => {
    const flow = mergeFlows(loadExample("1 cidaas to legacy"), loadExample("2 legacy to cidaas"));
    const demo = await startDemo({ users: 0, port: null, page: false, timeScale: 0.01, flow });
    try {
      await demo.systems.createLegacy({ email: "born.in.legacy@example.org", last_name: "Legacy" });
      await demo.systems.registerCidaas({ email: "born.in.cidaas@example.org", family_name: "Cidaas" });
      await waitForQuiet(demo, 30_000, (view) => view.cidaasUsers === 2 && view.legacyUsers === 2);
      should(compareSides(await demo.systems.cidaasUsers(), await demo.systems.legacyUsers())).eql([]);
    } finally {
      await demo.close();
    }
  });

  it("load the users of a CSV file", async () => {
    const directory = temporaryDirectory("backfill");
    const file = join(directory.path, "users.csv");
    const users = 600;
    await writeExport(file, users);
    const flow = loadExample("4 backfill from a file");
    const environment = { BACKFILL_FILE: file };
    // Nobody takes the webhooks of a one-way load: let cidaas give them up at once.
    const demo = await startDemo({ users, port: null, page: false, timeScale: 0.0001, flow, environment });
    try {
      await demo.nodeRed.inject(findNode(flow, "inject", "Start").id);
      await waitForQuiet(demo, 30_000, (view) => view.cidaasUsers === users);
      should(compareSides(await demo.systems.cidaasUsers(), await demo.systems.legacyUsers())).eql([]);
    } finally {
      await demo.close();
      directory.remove();
    }
  });

  it("go on with a CSV file where they were when the process was killed", async () => {
    const directory = temporaryDirectory("backfill-killed");
    const file = join(directory.path, "users.csv");
    const users = 1_000;
    await writeExport(file, users);
    const flow = loadExample("4 backfill from a file").map((node) =>
      node.type === "user-sync-backfill" ? { ...node, batch: 20 } : node,
    );
    const environment = { BACKFILL_FILE: file };
    const demo = await startDemo({ users, port: null, page: false, timeScale: 0.0001, flow, environment });
    const cameIn = async () => (await demo.nodeRed.status()).lanes["to-cidaas"].counters.in ?? 0;
    try {
      await demo.nodeRed.inject(findNode(flow, "inject", "Start").id);
      for (const least of [100, 400]) {
        const what = `${least} users to be safe`;
        const safe = () => cameIn().then((count) => count >= least && count);
        should(await waitFor(safe, { timeoutMs: 20_000, everyMs: 5, what })).be.below(users);
        await demo.nodeRed.kill9();
        await demo.nodeRed.start();
      }
      await waitForQuiet(demo, 60_000, (view) => view.cidaasUsers === users);
      should(compareSides(await demo.systems.cidaasUsers(), await demo.systems.legacyUsers())).eql([]);
      // Of what was safe, each kill repeats one batch at most.
      should(await cameIn()).be.within(users, users + 2 * 20);
    } finally {
      await demo.close();
      directory.remove();
    }
  });
});

/** Ids of other nodes that a node names. */
function referencesOf(node: FlowNode): string[] {
  const lists = [node.wires, node.links, node.scope, node.z, node.sync, node.tenant, node.legacy, node.store];
  return lists.flat(2).filter((id): id is string => typeof id === "string" && id !== "");
}

function configNodes(flow: FlowNode[]): FlowNode[] {
  return flow.filter(({ type, z }) => type !== "tab" && z === undefined);
}

function nameOf({ type, name }: FlowNode): string {
  return `${type} ${name}`;
}

/** The users that a legacy system of this size begins with, as its export. Generated users are always the same. */
async function writeExport(file: string, users: number): Promise<void> {
  const legacy = await startLegacy({ users });
  const rows = legacy.snapshot();
  await legacy.close();
  writeFileSync(file, exportOf(rows));
}
