import should from "should";
import { flowEnvironment } from "../../scripts/demo/processes";
import { type RunningSimulator, startSimulator } from "../../simulator";
import { type RunningBrowser, startBrowser } from "../support/browser";
import { Editor } from "../support/editor";
import { findNode, loadExample, withProperties } from "../support/flows";
import { MapDialog } from "../support/map-dialog";
import { NodeRed } from "../support/node-red";
import { waitFor } from "../support/wait-for";

const RECORD = {
  id: 4711,
  email: "Lena.Berg@example.org",
  first_name: "Lena",
  last_name: "Berg",
  birth_date: "12.04.1988",
  status: "frozen",
  newsletter: "J",
};

const MAPPED = {
  email: "lena.berg@example.org",
  given_name: "Lena",
  family_name: "Berg",
  birthdate: "1988-04-12",
  userStatus: "LOCKED",
};

describe("The editor of the field map", function () {
  this.timeout(120_000);
  const example = loadExample("3 two-way sync");
  const syncId = findNode(example, "user-sync").id;
  let simulator: RunningSimulator;
  let nodeRed: NodeRed;
  let browser: RunningBrowser;
  let editor: Editor;
  let dialog: MapDialog;

  before(async () => {
    simulator = await startSimulator({ legacy: { users: 0 } });
    nodeRed = await NodeRed.start({ environment: flowEnvironment(simulator) });
    await nodeRed.deployFlows(withProperties(example, syncId, { rules: [] }));
    browser = await startBrowser();
    editor = await Editor.open(browser, nodeRed.url);
    dialog = new MapDialog(editor.page);
  });

  after(async () => {
    await browser?.close();
    await nodeRed?.close();
    await simulator?.close();
  });

  const shown = <T>(look: () => Promise<T | false | null>, what: string) =>
    waitFor(look, { timeoutMs: 15_000, what, seen: () => nodeRed.logs.slice(-300) });

  it("opens from a field mapper, which has no rules to show yet, and offers presets to start from", async () => {
    const mapper = findNode(example, "field-mapper", "To cidaas");
    await editor.openDialog({ ...mapper, name: "To cidaas", isConfig: false });
    should(await editor.page.locator("#field-mapper-rules").innerText()).match(/No rule/);
    await editor.page.getByRole("button", { name: "Edit the field map" }).click();
    await dialog.tab.waitFor({ state: "visible" });
    await dialog.tab.locator(".user-sync-presets button").first().waitFor();
    await dialog.tab.getByRole("button", { name: "Start from…" }).click();
  });

  it("shows what becomes of a sample record while rules are added", async () => {
    await dialog.pasteRecord(RECORD);
    await dialog.addRule({ cidaas: "email", legacy: "email", transform: "lower case" });
    await shown(async () => Boolean(await dialog.mapped()), "the first mapped field");
    await dialog.addRule({ cidaas: "given_name", legacy: "first_name" });
    await dialog.addRule({ cidaas: "family_name", legacy: "last_name" });
    await dialog.addRule({
      cidaas: "birthdate",
      legacy: "birth_date",
      transform: "date",
      options: { "Legacy format": "dd.MM.yyyy" },
    });
    should(await dialog.tab.getByText("No rule says who may log in").isVisible()).be.true();
    await dialog.addRule({
      cidaas: "userStatus",
      legacy: "status",
      transform: "word list",
      options: { "cidaas = legacy": "VERIFIED = active\nLOCKED = locked\nLOCKED = frozen" },
    });
    await shown(async () => JSON.stringify(await dialog.mapped()) === JSON.stringify(MAPPED), "the mapped record");
    should(await dialog.tab.getByText("No rule says who may log in").isVisible()).be.false();
  });

  it("warns that two words of the legacy system become one in cidaas, so that one of them is lost", async () => {
    const [mark] = await dialog.marks(5);
    should(mark).match(/^"frozen" → "locked": /);
    const roundTrip = await dialog.roundTrip();
    should(roundTrip).match(/status/);
    should(roundTrip).match(/"frozen"\s*"locked"/);
    should(roundTrip).match(/newsletter/);
  });

  it("ties a value to its rule: pointing at one lights the other up", async () => {
    await dialog.row(4).hover();
    const lit = dialog.tab.locator(".user-sync-json .user-sync-linked");
    should((await lit.allTextContents()).join()).match(/^"birthdate": "1988-04-12"/);
    await dialog.tab.locator(".user-sync-json-line", { hasText: "given_name" }).click();
    const focused = await editor.page.evaluate("document.activeElement.value");
    should(focused).equal("given_name");
  });

  it("is content once each word has its own", async () => {
    await dialog.row(5).getByLabel("cidaas = legacy").fill("VERIFIED = active\nLOCKED = locked\nDECLINED = frozen");
    await shown(async () => !(await dialog.roundTrip()).includes("frozen"), "the warning to go");
    should(await dialog.mapped()).containEql({ userStatus: "DECLINED" });
    should(await dialog.marks(5)).eql([]);
  });

  it("keeps the record and its result as a sample, which passes", async () => {
    await dialog.tab.getByRole("button", { name: "Keep as sample" }).click();
    await dialog.tab.getByLabel("Name of the sample").fill("Frozen account");
    await dialog.tab.getByLabel("Name of the sample").blur();
    await dialog.tab.locator("#node-config-input-samples-list .fa-check").waitFor();
  });

  it("deploys the map with its sample, and a record goes through it", async () => {
    await editor.page.locator("#node-config-dialog-ok").click();
    await editor.page.locator("#field-mapper-rules").getByText("birth_date").waitFor();
    await editor.page.locator("#node-dialog-ok").click();
    await editor.page.locator("#node-dialog-ok").waitFor({ state: "hidden" });
    await editor.deploy();
    should(await deployedSync()).containDeep({ samples: [{ name: "Frozen account", side: "legacy" }] });

    await sendToCidaas({ ...RECORD, id: 4712, email: "Omar@example.org", status: "active" });
    const user = await shown(async () => simulator.tenant.snapshot()[0] ?? null, "the user in cidaas");
    should(user).containDeep({
      email: "omar@example.org",
      given_name: "Lena",
      birthdate: "1988-04-12",
      userStatus: "VERIFIED",
    });
  });

  describe("opened again", () => {
    const rows = () => dialog.tab.locator(".user-sync-rule");
    const press = (name: string) => dialog.tab.getByRole("button", { name, exact: true }).click();

    before(async () => {
      await editor.openDialog({ ...findNode(example, "user-sync"), name: "Users", isConfig: true });
      await dialog.show();
    });

    it("has the map and the record that was tried", async () => {
      should(await rows().count()).equal(5);
      await shown(async () => JSON.stringify(await dialog.mapped()).includes("DECLINED"), "the mapped record");
    });

    it("gives the map as JSON, and takes another one after asking", async () => {
      await press("Export");
      const exported = JSON.parse(await dialog.tab.getByLabel("This field map as JSON").inputValue());
      should(exported).containDeep({ settings: { legacyKey: "id" }, samples: [{ name: "Frozen account" }] });
      should(exported.rules).have.length(5);
      await press("Import");
      await dialog.tab
        .getByLabel("Field map as JSON", { exact: true })
        .fill(JSON.stringify({ ...exported, rules: exported.rules.slice(0, 2) }));
      await press("Use this map");
      should(await rows().count()).equal(5);
      await press("Replace");
      should(await rows().count()).equal(2);
    });

    it("moves a rule by keyboard, and adds one for a field that none reads", async () => {
      await dialog.row(1).getByLabel("cidaas", { exact: true }).press("Alt+ArrowDown");
      should(await dialog.row(2).getByLabel("cidaas", { exact: true }).inputValue()).equal("email");
      await press("birth_date");
      should(await dialog.row(3).getByLabel("cidaas", { exact: true }).inputValue()).equal("birthdate");
      await press("All users are active");
      should(await dialog.row(4).getByLabel("cidaas", { exact: true }).inputValue()).equal("userStatus");
    });

    it("starts from a preset, whose samples pass", async () => {
      await press("Start from…");
      await dialog.tab.getByRole("button", { name: "SCIM 2.0" }).click();
      await press("Replace");
      await shown(async () => (await rows().count()) > 5, "the rules of the preset");
      const samples = dialog.tab.locator("#node-config-input-samples-list > li");
      await shown(async () => (await samples.locator(".fa-check").count()) === (await samples.count()), "them to pass");
      should(await samples.count()).be.above(0);
    });

    it("changes nothing when it is cancelled", async () => {
      await editor.page.locator("#node-config-dialog-cancel").click();
      should(await editor.page.evaluate("RED.nodes.dirty()")).be.false();
    });

    it("never complained in the browser's console", () => {
      should(editor.complaints).eql([]);
    });
  });

  async function deployedSync(): Promise<unknown> {
    const flows = await nodeRed.request("GET", "/flows");
    return Array.isArray(flows) ? flows.find((node: unknown) => Object(node).id === syncId) : null;
  }

  /** As the legacy system does: an event with the user as it is now, again until the deployed flow has its path. */
  async function sendToCidaas(user: typeof RECORD): Promise<void> {
    const key = flowEnvironment(simulator).LEGACY_EVENTS_KEY ?? "";
    const event = { event: "user.updated", occurredAt: new Date().toISOString(), user };
    const send = () => nodeRed.request("POST", "/legacy/events", event, { "x-api-key": key });
    await shown(() => send().then(() => true), "the path of the legacy events");
  }
});
