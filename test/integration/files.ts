import { copyFileSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Copies files that the thread of the store may be writing to: again, until none of them has changed meanwhile. It
 * soon has nothing left to do, since nobody in this thread can ask it for anything before this returns.
 */
export function copyAtOneMoment(from: string, to: string, files: readonly string[]): void {
  const present = () => files.filter((file) => existsSync(join(from, file)));
  const state = () =>
    JSON.stringify(
      present().map((file) => {
        const { size, mtimeMs } = statSync(join(from, file));
        return [file, size, mtimeMs];
      }),
    );
  for (let before = ""; before !== state(); ) {
    before = state();
    for (const file of present()) copyFileSync(join(from, file), join(to, file));
  }
}
