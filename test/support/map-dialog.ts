import type { Locator, Page } from "playwright-core";

export interface WrittenRule {
  cidaas: string;
  legacy: string;
  /** As the dialog calls it. */
  transform?: string;
  /** Fields of the transform, by their labels. */
  options?: Record<string, string>;
}

/** The "Field map" tab of an open `user-sync` dialog, used as a person would. */
export class MapDialog {
  readonly #page: Page;
  readonly #tab: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#tab = page.locator("#user-sync-tab-rules");
  }

  /** Goes to the tab in an open dialog. */
  async show(): Promise<void> {
    await this.#page.locator("#user-sync-tabs").getByText("Field map").click();
    await this.#tab.waitFor({ state: "visible" });
  }

  /** Adds a rule by keyboard, as far as fields go. */
  async addRule({ cidaas, legacy, transform, options = {} }: WrittenRule): Promise<void> {
    await this.#tab.getByRole("button", { name: "add rule" }).click();
    const row = this.#tab.locator(".user-sync-rule").last();
    await this.#page.keyboard.type(cidaas);
    await row.getByLabel("Legacy system", { exact: true }).fill(legacy);
    if (transform !== undefined) await row.getByLabel("Transform").selectOption({ label: transform });
    for (const [label, value] of Object.entries(options)) await row.getByLabel(label).fill(value);
  }

  row(number: number): Locator {
    return this.#tab.locator(".user-sync-rule").nth(number - 1);
  }

  /** What is said to be wrong with the rule. */
  async marks(number: number): Promise<string[]> {
    return this.row(number).locator(".user-sync-rule-marks p").allTextContents();
  }

  async pasteRecord(record: unknown): Promise<void> {
    await this.#tab.getByLabel("Sample record as JSON").fill(JSON.stringify(record, null, 2));
  }

  /** The mapped record as it is shown, read as JSON; null while there is none. */
  async mapped(): Promise<unknown> {
    const parts: unknown = await this.#page.evaluate(`[...document.querySelectorAll(".user-sync-json-line")]
      .map(({ children: [key, text] }) => key.textContent + text.textContent)`);
    return Array.isArray(parts) && parts.length > 0 ? JSON.parse(parts.join("\n")) : null;
  }

  /** The findings of the way there and back, or the word that there are none. */
  async roundTrip(): Promise<string> {
    return (await this.result()).split("There and back").at(-1) ?? "";
  }

  /** All that the preview says. */
  async result(): Promise<string> {
    return (await this.#tab.locator(".user-sync-result").innerText()).trim();
  }

  get tab(): Locator {
    return this.#tab;
  }
}
