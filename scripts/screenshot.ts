import { join } from "node:path";
import { startBrowser } from "../test/support/browser";
import { Editor } from "../test/support/editor";
import { findNode, loadExample } from "../test/support/flows";
import { CHECKOUT } from "../test/support/user-directory";
import { type Demo, startDemo } from "./demo/processes";
import { waitForQuiet } from "./demo/quiet";

const IMAGE = join(CHECKOUT, "docs/images/two-way-flow.png");
const VIEWPORT = { width: 2100, height: 1100 };
/** Free space around the nodes, in pixels. */
const MARGIN = 20;
const USERS = 200;

/** Takes the picture of the README: the two-way example in a real editor, after a load. */
async function main(): Promise<void> {
  const demo = await startDemo({ users: USERS, port: null, page: false });
  try {
    await demo.load();
    await waitForQuiet(demo, 120_000, (view) => view.cidaasUsers >= USERS);
    await takePicture(demo);
    console.log(IMAGE);
  } finally {
    await demo.close();
  }
}

async function takePicture({ nodeRed }: Demo): Promise<void> {
  const browser = await startBrowser();
  try {
    const { page } = await Editor.open(browser, nodeRed.url, VIEWPORT);
    const tab = findNode(loadExample("3 two-way sync"), "tab");
    await page.evaluate(`RED.workspaces.show(${JSON.stringify(tab.id)}); RED.view.select({ nodes: [] });`);
    await page.evaluate("$('.red-ui-notification').remove()");
    await page.locator(".red-ui-flow-node").first().waitFor();
    await page.screenshot({ path: IMAGE, clip: await boxOfNodes(page) });
  } finally {
    await browser.close();
  }
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
