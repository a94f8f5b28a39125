/**
 * Builds the package into dist/:
 *
 *   node scripts/build.mjs                   everything
 *   node scripts/build.mjs --editor <dir>    only what the editor loads, into <dir> (used by tests)
 *
 * The runtime is compiled file by file, never bundled: nodes share state through modules. Each editor half becomes one
 * html file beside its .js. A failed build leaves no dist/, so that it cannot be mistaken for a good one.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = (...parts) => join(root, ...parts);

/** Node-RED serves icons per module, not per node: one copy beside one listed .js is enough, more would show up twice. */
const ICON_OWNER = "user-sync";

async function main() {
  const editorOnly = process.argv[2] === "--editor";
  const dist = editorOnly ? process.argv[3] : source("dist");
  if (!dist) throw new Error("--editor needs a directory to write to");
  await rm(dist, { recursive: true, force: true });
  try {
    if (!editorOnly) compileRuntime(dist);
    await buildNodes(dist);
    if (!editorOnly) {
      await buildSimulator(dist);
      // The admin routes give the presets to the editor.
      await cp(source("presets"), join(dist, "presets"), { recursive: true });
    }
  } catch (error) {
    await rm(dist, { recursive: true, force: true });
    throw error;
  }
}

function compileRuntime(dist) {
  execFileSync(
    process.execPath,
    [source("node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json", "--outDir", dist],
    {
      cwd: root,
      stdio: "inherit",
    },
  );
}

async function buildNodes(dist) {
  const types = (await readdir(source("nodes"))).filter((type) => existsSync(source("nodes", type, "editor.ts")));
  await Promise.all(types.map((type) => buildNode(type, join(dist, "nodes", type))));
  await cp(source("icons"), join(dist, "nodes", ICON_OWNER, "icons"), { recursive: true });
}

async function buildNode(type, target) {
  const folder = source("nodes", type);
  const [script, template, help] = await Promise.all([
    bundle(join(folder, "editor.ts"), { platform: "browser", format: "iife", target: "es2020" }),
    readFile(join(folder, "editor.html"), "utf8"),
    readFile(join(folder, "help.en-US.md"), "utf8"),
  ]);
  const styles = (await readdir(folder)).filter((file) => file.endsWith(".css")).sort();
  const sheets = await Promise.all(styles.map((file) => readFile(join(folder, file), "utf8")));
  const css = sheets.map((sheet) => `<style>\n${sheet.trim()}\n</style>\n\n`).join("");
  await write(
    join(target, `${type}.html`),
    css +
      block("text/javascript", "", script) +
      block("text/html", ` data-template-name="${type}"`, template) +
      helpBlock(type, help),
  );
  for (const file of await readdir(join(folder, "locales"))) {
    const language = file.replace(/\.json$/, "");
    await copy(join(folder, "locales", file), join(target, "locales", language, `${type}.json`));
    // The help of the default language lies in the html itself.
    if (language === "en-US") continue;
    const translated = await readFile(join(folder, `help.${language}.md`), "utf8");
    await write(join(target, "locales", language, `${type}.html`), helpBlock(type, translated));
  }
}

const block = (kind, attributes, content) => `<script type="${kind}"${attributes}>\n${content.trim()}\n</script>\n\n`;
const helpBlock = (type, help) => block("text/markdown", ` data-help-name="${type}"`, help);

/** What tsc does not make: the page, a module that keeps a development dependency out of the package, the command. */
async function buildSimulator(dist) {
  const target = join(dist, "simulator");
  const page = source("simulator/web/page.ts");
  if (existsSync(page)) {
    await write(
      join(target, "web/page.js"),
      await bundle(page, { platform: "browser", format: "iife", target: "es2020" }),
    );
    await copy(source("simulator/web/page.html"), join(target, "web/page.html"));
    await copy(source("simulator/web/page.css"), join(target, "web/page.css"));
  }
  const vendor = source("simulator/vendor/bcryptjs.ts");
  if (existsSync(vendor)) {
    await rm(join(target, "vendor/bcryptjs.js.map"), { force: true });
    await write(
      join(target, "vendor/bcryptjs.js"),
      await bundle(vendor, { platform: "node", format: "cjs", target: "node22" }),
    );
    await copy(source("node_modules/bcryptjs/LICENSE"), join(target, "vendor/bcryptjs.LICENSE"));
  }
  const command = join(target, "cli.js");
  if (existsSync(command)) {
    const code = await readFile(command, "utf8");
    if (!code.startsWith("#!")) await writeFile(command, `#!/usr/bin/env node\n${code}`);
    await chmod(command, 0o755);
  }
}

async function bundle(entry, options) {
  const result = await build({ ...options, entryPoints: [entry], bundle: true, write: false, charset: "utf8" });
  return result.outputFiles[0].text;
}

async function write(file, content) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

async function copy(from, to) {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}

main().catch((error) => {
  console.error(`Build failed: ${error.message}`);
  process.exitCode = 1;
});
