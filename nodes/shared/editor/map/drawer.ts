/** Presets, import and export: one panel below the tool bar, open one at a time. */
import { getJson } from "../call";
import { create } from "../form";
import { toRecords, toText } from "../json";
import { createButton } from "./controls";
import { openFile, saveFile } from "./files";
import { type MapFile, readMapFile, toMapFile } from "./map-file";
import type { Translate } from "./translate";

export interface DrawerActions {
  translate: Translate;
  /** The map as it stands, as text of a file. */
  write(): string;
  fileName(): string;
  /** How much would be lost by replacing the map; 0 when it is empty. */
  count(): number;
  replace(map: MapFile): void;
}

type Panel = "presets" | "import" | "export";

export interface Drawer {
  /** The buttons for the tool bar. */
  buttons: HTMLButtonElement[];
  open(panel: Panel): void;
}

export function createDrawer(root: HTMLElement, actions: DrawerActions): Drawer {
  const { translate } = actions;
  let shown: Panel | null = null;
  const close = () => {
    shown = null;
    root.hidden = true;
    root.replaceChildren();
    for (const button of Object.values(buttons)) button.setAttribute("aria-expanded", "false");
  };
  const open = (panel: Panel) => {
    close();
    shown = panel;
    root.hidden = false;
    buttons[panel].setAttribute("aria-expanded", "true");
    const contents = { presets: presetsPanel, import: importPanel, export: exportPanel };
    root.append(...contents[panel](actions, (map) => confirmReplace(root, map, actions, close)));
  };
  const button = (panel: Panel, icon: string) =>
    createButton({
      icon,
      text: translate(`map.${panel}`),
      click: () => (shown === panel ? close() : open(panel)),
    });
  const buttons = {
    presets: button("presets", "fa fa-magic"),
    import: button("import", "fa fa-upload"),
    export: button("export", "fa fa-download"),
  };
  close();
  return { buttons: Object.values(buttons), open };
}

type Take = (map: MapFile) => void;

/** Asks before anything is lost. */
function confirmReplace(root: HTMLElement, map: MapFile, actions: DrawerActions, close: () => void): void {
  const { translate, count, replace } = actions;
  const take = () => {
    close();
    replace(map);
  };
  if (count() === 0) {
    take();
    return;
  }
  const yes = createButton({ icon: "fa fa-check", text: translate("map.replace"), class: "primary", click: take });
  const no = createButton({ icon: "fa fa-undo", text: translate("map.keep"), click: close });
  root.replaceChildren(
    create("p", { role: "alert" }, [translate("map.confirm", { present: count(), others: map.rules.length })]),
    create("div", { class: "user-sync-toolbar" }, [yes, no]),
  );
  yes.focus();
}

function presetsPanel({ translate }: DrawerActions, take: Take): HTMLElement[] {
  const list = create("ul", { class: "user-sync-presets", "aria-busy": "true" }, [
    create("li", { class: "user-sync-remark" }, [translate("map.loading")]),
  ]);
  const fail = () =>
    list.replaceChildren(create("li", { class: "user-sync-error" }, [translate("map.problem.presets")]));
  const choose = async (id: string) => {
    const map = toMapFile(await getJson(`user-sync/presets/${encodeURIComponent(id)}`));
    if (map) take(map);
    else fail();
  };
  const load = async () => {
    const answer = await getJson("user-sync/presets");
    const presets = toRecords(
      typeof answer === "object" && answer !== null && "presets" in answer ? answer.presets : [],
    );
    list.replaceChildren(
      ...presets.map((preset) => {
        const button = create("button", { type: "button" }, [
          create("b", {}, [toText(preset.title)]),
          create("span", {}, [toText(preset.description)]),
        ]);
        button.addEventListener("click", () => void choose(toText(preset.id)).catch(fail));
        return create("li", {}, [button]);
      }),
    );
  };
  load().catch(fail);
  return [create("p", {}, [translate("map.presetsHint")]), list];
}

function importPanel({ translate }: DrawerActions, take: Take): HTMLElement[] {
  const text = create("textarea", { rows: "6", spellcheck: "false", "aria-label": translate("map.importText") });
  text.placeholder = translate("map.importHint");
  const problem = create("p", { class: "user-sync-error", role: "alert" });
  const read = (content: string) => {
    const map = readMapFile(content);
    problem.textContent = map ? "" : translate("map.problem.noMap");
    if (map) take(map);
  };
  const buttons = [
    createButton({
      icon: "fa fa-check",
      text: translate("map.importNow"),
      class: "primary",
      click: () => read(text.value),
    }),
    createButton({
      icon: "fa fa-folder-open-o",
      text: translate("map.openFile"),
      click: () => openFile(".json", read),
    }),
  ];
  return [text, create("div", { class: "user-sync-toolbar" }, buttons), problem];
}

function exportPanel({ translate, write, fileName }: DrawerActions): HTMLElement[] {
  const content = write();
  const text = create("textarea", {
    rows: "8",
    spellcheck: "false",
    readonly: "true",
    "aria-label": translate("map.exportText"),
  });
  text.value = content;
  text.addEventListener("focus", () => text.select());
  const buttons = [
    createButton({
      icon: "fa fa-floppy-o",
      text: translate("map.saveFile"),
      class: "primary",
      click: () => saveFile(fileName(), content),
    }),
    createButton({
      icon: "fa fa-clipboard",
      text: translate("map.copy"),
      click: () => {
        text.select();
        document.execCommand("copy");
      },
    }),
  ];
  return [text, create("div", { class: "user-sync-toolbar" }, buttons)];
}
