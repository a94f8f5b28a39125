import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { temporaryDirectory } from "./user-directory";

const SYSTEM_BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export interface RunningBrowser {
  browser: Browser;
  close(): Promise<void>;
}

/**
 * Starts a headless Chromium: the one `CHROMIUM_PATH` names, else one of the system, else the one that npm installed
 * as a development dependency, unpacked into a temporary directory (about 3 s).
 */
export async function startBrowser(): Promise<RunningBrowser> {
  const own = process.env.CHROMIUM_PATH ?? SYSTEM_BROWSERS.find((path) => existsSync(path));
  if (own !== undefined) {
    // Chromium refuses to run as root, as in most containers, unless its sandbox is off.
    const browser = await chromium.launch({ executablePath: own, args: ["--no-sandbox"] });
    return { browser, close: () => browser.close() };
  }
  const unpacked = temporaryDirectory("chromium");
  try {
    const executablePath = await unpackChromium(unpacked.path);
    const fonts = join(unpacked.path, "fonts");
    writeFileSync(join(fonts, "fonts.conf"), fontConfiguration(fonts));
    const browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
      env: { ...process.env, FONTCONFIG_PATH: fonts },
    });
    return {
      browser,
      async close() {
        await browser.close();
        unpacked.remove();
      },
    };
  } catch (error) {
    unpacked.remove();
    throw error;
  }
}

/** The unpacked configuration looks for fonts below /tmp only; a Chromium that finds no font at all ends itself. */
function fontConfiguration(directory: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${directory}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(directory, "cache")}</cachedir>
</fontconfig>
`;
}

/** The npm package unpacks into the temporary directory of the process and trusts whatever lies there already. */
async function unpackChromium(directory: string): Promise<string> {
  const { default: packed } = await import("@sparticuz/chromium");
  const before = process.env.TMPDIR;
  process.env.TMPDIR = directory;
  try {
    packed.setGraphicsMode = false;
    return await packed.executablePath();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}
