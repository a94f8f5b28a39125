import should from "should";
import { flowEnvironment } from "../../scripts/demo/processes";
import { type RunningSimulator, startSimulator } from "../../simulator";
import { type RunningBrowser, startBrowser } from "../support/browser";
import { Comms } from "../support/comms";
import { Editor } from "../support/editor";
import { findNode, loadExample } from "../support/flows";
import { NodeRed } from "../support/node-red";
import { PACKAGE_NAME } from "../support/user-directory";

/** What a translation that is missing looks like: "user-sync.label.key". */
const KEY = /^[\w-]+(\.[\w-]+)+$/;

describe("The editor", function () {
  this.timeout(90_000);
  let simulator: RunningSimulator;
  let nodeRed: NodeRed;
  let browser: RunningBrowser;
  let editor: Editor;
  let ownTypes: Set<string>;

  before(async () => {
    simulator = await startSimulator({ legacy: { users: 5 } });
    nodeRed = await NodeRed.start({ environment: flowEnvironment(simulator) });
    browser = await startBrowser();
    editor = await Editor.open(browser, nodeRed.url);
    const types = (await nodeRed.nodeTypes()).filter(({ module }) => module === PACKAGE_NAME);
    ownTypes = new Set(types.map(({ type }) => type));
  });

  after(async () => {
    await browser?.close();
    await nodeRed?.close();
    await simulator?.close();
  });

  it("imports the two-way example through its import dialog", async () => {
    await editor.importExample("3 two-way sync");
    const types = (await editor.nodes()).map(({ type }) => type);
    const wanted = loadExample("3 two-way sync").map(({ type }) => type);
    should(types.sort()).eql(wanted.filter((type) => type !== "tab").sort());
  });

  it("finds nothing wrong with the imported nodes", async () => {
    should(await editor.invalidNodes()).eql([]);
  });

  it("shows the dialog of every node with texts as labels and nothing marked as wrong", async () => {
    const nodes = (await editor.nodes()).filter(({ type }) => ownTypes.has(type));
    should(new Set(nodes.map(({ type }) => type)).size).equal(10);
    for (const node of nodes) {
      const { labels, invalid } = await editor.visitDialog(node);
      should(labels.length).be.above(0, `${node.type} has no labels`);
      should(labels.filter((label) => KEY.test(label))).eql([], `${node.type} shows keys instead of texts`);
      should(invalid).eql([], `${node.type} marks fields as wrong`);
    }
  });

  it("deploys what was imported, credentials from the environment included", async () => {
    await editor.deploy();
    should(await editor.invalidNodes()).eql([]);
    const comms = await Comms.connect(nodeRed.url);
    const webhook = findNode(loadExample("3 two-way sync"), "cidaas-webhook-in");
    await comms.waitForStatus(webhook.id, ({ fill }) => fill === "green", "the webhook to be ready");
    comms.close();
  });

  it("saves a node again without changing it", async () => {
    for (const node of (await editor.nodes()).filter(({ type }) => ownTypes.has(type))) await editor.visitDialog(node);
    should(await editor.page.evaluate("RED.nodes.dirty()")).be.false();
  });

  it("never complained in the browser's console", () => {
    should(editor.complaints).eql([]);
  });
});
