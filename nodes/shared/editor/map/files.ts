/** Files on the computer of the person at the editor. */
import { create } from "../form";

/** Lets the person choose a file and gives its text. */
export function openFile(accept: string, opened: (content: string) => void): void {
  const input = create("input", { type: "file", accept });
  input.addEventListener("change", () => {
    input.files?.[0]?.text().then(opened, () => undefined);
  });
  input.click();
}

export function saveFile(name: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  create("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
