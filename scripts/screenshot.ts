import { join } from "node:path";
import { type RunningBrowser, startBrowser } from "../test/support/browser";
import { Editor } from "../test/support/editor";
import { findNode, loadExample } from "../test/support/flows";
import { MapDialog } from "../test/support/map-dialog";
import { CHECKOUT } from "../test/support/user-directory";
import { type Demo, startDemo } from "./demo/processes";
import { waitForQuiet } from "./demo/quiet";

const FLOW_IMAGE = join(CHECKOUT, "docs/images/two-way-flow.png");
const MAP_IMAGE = join(CHECKOUT, "docs/images/field-map.png");
const FLOW_VIEWPORT = { width: 2100, height: 1100 };
const MAP_VIEWPORT = { width: 1560, height: 1250 };
/** Somebody whose values show what the transforms do. */
const RECORD = {
  id: 4711,
  email: "Lena.Berg@example.org",
  first_name: "Lena",
  last_name: "Berg",
  phone: "0151 23456789",
  birth_date: "12.04.1988",
  newsletter: "J",
  tier: "gold",
  city: "Stuttgart",
  status: "active",
  updated_at: "2026-11-20T09:15:27Z",
};
/** Free space around the nodes, in pixels. */
const MARGIN = 20;
const USERS = 200;

/** Takes the pictures of the docs in a real editor: the two-way example after a load, and its field map. */
async function main(): Promise<void> {
  const demo = await startDemo({ users: USERS, port: null, page: false });
  try {
    await demo.load();
    await waitForQuiet(demo, 120_000, (view) => view.cidaasUsers >= USERS);
    const browser = await startBrowser();
    try {
      await takeFlow(browser, demo);
      await takeMap(browser, demo);
    } finally {
      await browser.close();
    }
  } finally {
    await demo.close();
  }
}

async function takeFlow(browser: RunningBrowser, { nodeRed }: Demo): Promise<void> {
  const { page } = await Editor.open(browser, nodeRed.url, FLOW_VIEWPORT);
  const tab = findNode(loadExample("3 two-way sync"), "tab");
  await page.evaluate(`RED.workspaces.show(${JSON.stringify(tab.id)}); RED.view.select({ nodes: [] });`);
  await page.evaluate("$('.red-ui-notification').remove()");
  await page.locator(".red-ui-flow-node").first().waitFor();
  await page.screenshot({ path: FLOW_IMAGE, clip: await boxOfNodes(page) });
  console.log(FLOW_IMAGE);
}

async function takeMap(browser: RunningBrowser, { nodeRed }: Demo): Promise<void> {
  const editor = await Editor.open(browser, nodeRed.url, MAP_VIEWPORT);
  const sync = (await editor.nodes()).find(({ type }) => type === "user-sync");
  if (!sync) throw new Error("The flow has no user-sync");
  await editor.openDialog(sync);
  const dialog = new MapDialog(editor.page);
  await dialog.show();
  await dialog.pasteRecord(RECORD);
  await dialog.tab.locator(".user-sync-json-line").first().waitFor();
  await editor.page.evaluate("$('.red-ui-notification, .red-ui-popover').remove(); document.activeElement.blur()");
  await dialog.tab.screenshot({ path: MAP_IMAGE });
  console.log(MAP_IMAGE);
}

/** What encloses all nodes of the open tab with their statuses, in pixels of the page. */
async function boxOfNodes(page: Editor["page"]): Promise<{ x: number; y: number; width: number; height: number }> {
  return page.evaluate(`(() => {
    const boxes = $(".red-ui-flow-node-group").toArray().map((element) => element.getBoundingClientRect());
    const left = Math.min(...boxes.map((box) => box.left)) - ${MARGIN};
    const top = Math.min(...boxes.map((box) => box.top)) - ${MARGIN};
    const right = Math.max(...boxes.map((box) => box.right)) + ${MARGIN};
    const bottom = Math.max(...boxes.map((box) => box.bottom)) + ${MARGIN};
    return { x: left, y: top, width: right - left, height: bottom - top };
  })()`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
