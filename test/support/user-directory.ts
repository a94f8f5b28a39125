import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { atExit } from "./at-exit";

const run = promisify(execFile);

export const PACKAGE_NAME = "@identity-sync/node-red-cidaas";
export const CHECKOUT = resolve(__dirname, "../..");
const NO_SOURCES = [".git", "node_modules", "dist"];

/** A fresh temporary directory, removed by `remove` or at the latest when this process exits. */
export function temporaryDirectory(purpose: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `node-red-cidaas-${purpose}-`));
  const erase = () => rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  const forget = atExit(erase);
  return {
    path,
    remove() {
      erase();
      forget();
    },
  };
}

/** Makes the checkout the installed package of a Node-RED user directory: quick, and always the latest build. */
export function linkCheckout(userDirectory: string): void {
  const target = join(userDirectory, "node_modules", PACKAGE_NAME);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(CHECKOUT, target, "dir");
  writePackageFile(userDirectory);
}

/** Packs the sources of the checkout, built anew, into `directory`; resolves with the path of the tarball. */
export async function packCheckout(directory: string): Promise<string> {
  // Packing builds, and what is built in the checkout belongs to the Node-RED processes of other tests.
  const copy = join(directory, "sources");
  const isSource = (path: string) => !NO_SOURCES.some((name) => path === join(CHECKOUT, name));
  cpSync(CHECKOUT, copy, { recursive: true, filter: isSource });
  symlinkSync(join(CHECKOUT, "node_modules"), join(copy, "node_modules"), "dir");
  // The build of `prepack` may print to stdout as well; the name of the tarball is the last line.
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", directory], { cwd: copy });
  const name = stdout.trim().split("\n").at(-1);
  if (name === undefined || !name.endsWith(".tgz")) throw new Error(`npm pack did not name a tarball: ${stdout}`);
  return join(directory, name);
}

/** Installs a tarball into a Node-RED user directory, as the documentation tells users to. */
export async function installTarball(userDirectory: string, tarball: string): Promise<void> {
  writePackageFile(userDirectory);
  await run("npm", ["install", tarball, "--prefer-offline", "--no-audit", "--no-fund"], { cwd: userDirectory });
}

function writePackageFile(userDirectory: string): void {
  const content = { name: "node-red-project", description: "A Node-RED Project", version: "0.0.1", private: true };
  writeFileSync(join(userDirectory, "package.json"), JSON.stringify(content, null, 2));
}

/**
 * Writes the settings.js of a Node-RED that belongs to a test: no login, no telemetry, no tours, nothing installed on
 * its own. It ends when the process that started it is gone, however that came about.
 */
export function writeSettings(userDirectory: string, port: number): void {
  const settings = {
    uiHost: "127.0.0.1",
    uiPort: port,
    httpAdminRoot: "/",
    httpNodeRoot: "/",
    flowFile: "flows.json",
    credentialSecret: "only-for-tests",
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false, projects: { enabled: false } },
    externalModules: { autoInstall: false, palette: { allowInstall: false, allowUpdate: false } },
    logging: { console: { level: "info", metrics: false, audit: false } },
  };
  const source = [
    'process.once("disconnect", () => {',
    "  setTimeout(() => process.exit(1), 5000).unref();",
    '  process.kill(process.pid, "SIGTERM");',
    "});",
    `module.exports = ${JSON.stringify(settings, null, 2)};`,
    "",
  ];
  writeFileSync(join(userDirectory, "settings.js"), source.join("\n"));
}
