import should from "should";
import { checkTwoWay } from "../../scripts/demo/check";
import { startDemo } from "../../scripts/demo/processes";
import type { NodeRed, NodeRedLine } from "../support/node-red";
import { installTarball, PACKAGE_NAME, packCheckout, temporaryDirectory } from "../support/user-directory";

const TYPES = [
  "bulk-batcher",
  "cidaas-bulk-upsert",
  "cidaas-tenant",
  "cidaas-user-fetch",
  "cidaas-webhook-in",
  "field-mapper",
  "legacy-out",
  "user-sync",
  "user-sync-backfill",
  "user-sync-control",
  "user-sync-legacy",
  "user-sync-store",
];

describe("The packed tarball", function () {
  this.timeout(120_000);
  const scratch = temporaryDirectory("tarball");
  let tarball = "";

  before(async () => {
    tarball = await packCheckout(scratch.path);
  });

  after(() => scratch.remove());

  for (const line of ["5.0", "4.1"] satisfies NodeRedLine[]) {
    it(`installs into an empty user directory and runs the two-way example on Node-RED ${line}`, async () => {
      const user = temporaryDirectory(`user-${line}`);
      await installTarball(user.path, tarball);
      const demo = await startDemo({
        users: 20,
        port: null,
        page: false,
        line,
        userDirectory: user.path,
        timeScale: 0.01,
      });
      try {
        should(await loadedTypes(demo.nodeRed)).eql(TYPES);
        should((await checkTwoWay(demo, { users: 20 })).problems).eql([]);
      } finally {
        await demo.close();
        user.remove();
      }
    });
  }
});

/** The package's types that Node-RED loaded without an error. */
async function loadedTypes(nodeRed: NodeRed): Promise<string[]> {
  const ours = (await nodeRed.nodeTypes()).filter(({ module }) => module === PACKAGE_NAME);
  for (const { type, error } of ours) should(error).equal(null, `${type} did not load: ${error}`);
  return ours.map(({ type }) => type).sort();
}
