import type { Locator, Page } from "playwright-core";
import type { RunningBrowser } from "./browser";
import { PACKAGE_NAME } from "./user-directory";

export interface EditorNode {
  id: string;
  type: string;
  name: string;
  isConfig: boolean;
}

/** What a person sees of an open edit dialog. */
export interface Dialog {
  labels: string[];
  /** Ids of the inputs that are marked as wrong. */
  invalid: string[];
}

const STEP_MS = 15_000;

/** The Node-RED editor in a browser, used as a person would. */
export class Editor {
  readonly page: Page;
  /** Everything the page complained about in its console, and errors nobody caught. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(STEP_MS);
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`uncaught: ${error.message}`));
  }

  static async open(
    { browser }: RunningBrowser,
    url: string,
    viewport = { width: 1600, height: 1000 },
  ): Promise<Editor> {
    const editor = new Editor(await browser.newPage({ viewport, locale: "en-US" }));
    await editor.page.goto(url);
    await editor.page.waitForFunction(
      "window.RED?.workspaces?.active() !== undefined && $('#red-ui-loading-progress').is(':hidden')",
    );
    return editor;
  }

  /** Imports an example of this package through the import dialog. */
  async importExample(name: string): Promise<void> {
    const { page } = this;
    await page.keyboard.press("Control+i");
    await page
      .getByRole("link", { name: "Examples" })
      .or(page.getByText("Examples", { exact: true }))
      .first()
      .click();
    const tree = page
      .locator("#red-ui-clipboard-dialog-import-tab-examples, .red-ui-clipboard-dialog-tab-library")
      .last();
    await tree.getByText(PACKAGE_NAME).click();
    await tree.getByText(name, { exact: true }).click();
    await page.locator("#red-ui-clipboard-dialog-ok").click();
    // The example is fetched first, then its nodes are added.
    await page.waitForFunction("RED.nodes.filterNodes({}).length > 0 && RED.nodes.dirty() === true");
  }

  /** All nodes of the workspace, config nodes last; tabs, groups and junctions have no properties of ours. */
  async nodes(): Promise<EditorNode[]> {
    return this.page.evaluate(`(() => {
      const found = [];
      const take = (node, isConfig) => found.push({ id: node.id, type: node.type, name: node.name ?? "", isConfig });
      RED.nodes.eachNode((node) => take(node, false));
      RED.nodes.eachConfig((node) => take(node, true));
      return found;
    })()`);
  }

  /** Ids of nodes that the editor marks with a red triangle, with the reasons. */
  async invalidNodes(): Promise<string[]> {
    return this.page.evaluate(`(() => {
      const found = [];
      const take = (node) => { if (!node.valid) found.push(node.type + ": " + JSON.stringify(node.validationErrors)); };
      RED.nodes.eachNode(take);
      RED.nodes.eachConfig(take);
      return found;
    })()`);
  }

  /** Opens a node's dialog; resolves with its button to save. */
  async openDialog(node: EditorNode): Promise<Locator> {
    const kind = node.isConfig ? "node-config-dialog" : "node-dialog";
    const open = node.isConfig
      ? `RED.editor.editConfig("", ${JSON.stringify(node.type)}, ${JSON.stringify(node.id)})`
      : `RED.editor.edit(RED.nodes.node(${JSON.stringify(node.id)}))`;
    await this.page.evaluate(`void ${open}`);
    const ok = this.page.locator(`#${kind}-ok`);
    await ok.waitFor({ state: "visible" });
    // The tray slides in; its buttons do not work before it has arrived.
    await this.page.waitForFunction("!$('.red-ui-tray').is(':animated') && $('#red-ui-editor-shade').is(':visible')");
    return ok;
  }

  /** Opens a node's dialog, looks at it and saves it. */
  async visitDialog(node: EditorNode): Promise<Dialog> {
    const ok = await this.openDialog(node);
    const dialog = await this.page.evaluate<Dialog>(`(() => {
      const form = $(".red-ui-tray").last().find("form");
      const texts = (selector) => form.find(selector).toArray().map((element) => element.textContent.trim());
      return {
        labels: texts("label, option, h3, h4, button, a").filter((text) => text !== ""),
        invalid: form.find(".input-error").toArray().map((element) => element.id || element.className),
      };
    })()`);
    await ok.click();
    await ok.waitFor({ state: "hidden" });
    return dialog;
  }

  /** Presses Deploy and waits until it is done. */
  async deploy(): Promise<void> {
    await this.page.locator("#red-ui-header-button-deploy").click();
    await this.page.waitForFunction("RED.nodes.dirty() === false");
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
