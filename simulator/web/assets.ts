import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KitAnswer, Route } from "../kit/http";

/** The page loads nothing from elsewhere, and is shown in no frame. */
const SECURITY = {
  "content-security-policy": "default-src 'self'; img-src data:; frame-ancestors 'none'",
  "cache-control": "no-store",
};

/** The page itself: three files beside this one. */
export async function assetRoutes(): Promise<Route[]> {
  return [
    asset("/", "text/html", readFileSync(join(__dirname, "page.html"), "utf8")),
    asset("/page.css", "text/css", readFileSync(join(__dirname, "page.css"), "utf8")),
    asset("/page.js", "text/javascript", await pageScript()),
  ];
}

function asset(path: string, type: string, text: string): Route {
  const answer: KitAnswer = {
    status: 200,
    headers: { "content-type": `${type}; charset=utf-8`, ...SECURITY },
    body: text,
  };
  return { method: "GET", path, handle: () => answer };
}

/** What the build made of page.ts; run from the sources, it is translated here, and only then the compiler is needed. */
async function pageScript(): Promise<string> {
  const built = join(__dirname, "page.js");
  if (existsSync(built)) return readFileSync(built, "utf8");
  const { transform } = await import("esbuild");
  const { code } = await transform(readFileSync(join(__dirname, "page.ts"), "utf8"), {
    loader: "ts",
    target: "es2020",
  });
  return code;
}
