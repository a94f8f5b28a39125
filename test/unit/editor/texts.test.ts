import { readdirSync } from "node:fs";
import { join } from "node:path";
import should from "should";
import { CIDAAS_FIELDS } from "../../../lib/cidaas/fields";
import { TRANSFORM_TABLE } from "../../../lib/mapping/transforms/table";
import { iconFiles, localeKeys, ROOT, readLocale, readText, TYPES } from "./built";

const LANGUAGES = ["en-US", "de"];

describe("The texts of the editor", () => {
  for (const type of TYPES) {
    it(`of ${type} have the same keys in both languages, and none is empty`, () => {
      const [english, german] = LANGUAGES.map((language) => localeKeys(readLocale(type, language)).sort());
      should(german).eql(english);
      for (const language of LANGUAGES) should(JSON.stringify(readLocale(type, language))).not.match(/:""/);
    });

    it(`of ${type} have every key that its template and its script use`, () => {
      const keys = localeKeys(readLocale(type, "en-US"));
      const template = [...readText("nodes", type, "editor.html").matchAll(/data-i18n="([^"]+)"/g)]
        .flatMap(([, used = ""]) => used.split(";"))
        .map((used) => used.replace(/^\[[^\]]*\]/, ""));
      const script = readText("nodes", type, "editor.ts");
      const labels = [...script.matchAll(/\blabel\("(\w+)"\)/g)].map(([, property]) => `${type}.label.${property}`);
      const direct = [...script.matchAll(/this\._\("([^"]+)"\)/g)].map(([, key]) => key ?? "");
      const used = [...template, ...labels, ...direct];
      should(used.length).be.above(2);
      should(used.filter((key) => !keys.includes(key))).eql([]);
    });

    it(`of ${type} are all used`, () => {
      const source = readText("nodes", type, "editor.html") + readText("nodes", type, "editor.ts");
      const shared = readdirSync(join(ROOT, "nodes/shared/editor"), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => readText("nodes/shared/editor", file))
        .join("\n");
      // Texts with a computed last part: choices, tabs and ports, the words of rules, and what the runtime shows.
      const computed =
        /\.(choice|tab|port|rule|short|header|status|validate|field)\.|^palette\.label\.|\.map\.(from|limit|mapped|problem|reason|recordHint|side|presets|import|export)\b/;
      const unused = localeKeys(readLocale(type, "en-US")).filter(
        (key) =>
          !computed.test(key) &&
          !source.includes(key) &&
          !source.includes(`label("${key.split(".").at(-1)}")`) &&
          !shared.includes(`"${key.replace(`${type}.`, "")}"`) &&
          !(key.endsWith(".palette") && shared.includes(".palette")),
      );
      should(unused).eql([]);
    });

    it(`of ${type} explain it in both languages, with the same properties`, () => {
      const [english = "", german = ""] = LANGUAGES.map((language) => readText("nodes", type, `help.${language}.md`));
      for (const help of [english, german]) {
        should(help).match(/^[^#:\n][^\n]{40,}\n\n### /);
        for (const line of help.split("\n").filter((text) => text.startsWith(":"))) {
          // The editor reads a definition only in this form; a colon in its text would cut it off.
          should(line).match(/^: [^:]+\([^:]+\) : [^:]+$/);
        }
      }
      const shape = (help: string) => help.split("\n").map((line) => /^(#+|:|\d\.|-)?/.exec(line)?.[0] ?? "");
      should(shape(german)).eql(shape(english));
    });
  }

  it("describe every documented field of cidaas", () => {
    const texts = Object(readLocale("user-sync", "en-US")["user-sync"]).field;
    const described = CIDAAS_FIELDS.map(({ path }) => path.replaceAll(".", "_"));
    should(Object.keys(texts).sort()).eql([...described, "customFields"].sort());
  });

  it("name every transform and every option of one", () => {
    const { rule } = Object(readLocale("user-sync", "en-US")["user-sync"]);
    should(Object.keys(rule.choice.transform).sort()).eql(Object.keys(TRANSFORM_TABLE).sort());
    const options = new Set(Object.values(TRANSFORM_TABLE).flatMap((spec) => Object.keys(spec.options)));
    should(Object.keys(rule.option).sort()).eql([...options].sort());
  });

  it("of the status are there for all states, short unless they have numbers", () => {
    for (const language of LANGUAGES) {
      const { status } = Object(readLocale("user-sync", language)["user-sync"]);
      for (const text of Object.values<string>(status)) {
        if (!text.includes("__")) should(text.length).be.below(20, text);
      }
      should(status.working).match(/__waiting__.*__inFlight__/);
      should(status.idle).match(/__done__/);
    }
  });

  it("use the same parameters in both languages", () => {
    const parameters = (value: unknown): string[] => JSON.stringify(value).match(/__\w+?__/g) ?? [];
    for (const type of TYPES) {
      const [english, german] = LANGUAGES.map((language) => parameters(readLocale(type, language)).sort());
      should(german).eql(english);
    }
  });
});

describe("The icons", () => {
  it("are pictograms of 40 by 60, white on transparent, with names of this package", () => {
    should(iconFiles()).have.length(8);
    for (const file of iconFiles()) {
      should(file).match(/^user-sync-[a-z]+\.svg$/);
      const svg = readText("icons", file);
      should(svg).match(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="40" height="60" viewBox="0 0 40 60">/);
      const colours = [...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour);
      should(colours.filter((colour) => colour !== "#fff" && colour !== "none")).eql([]);
    }
  });
});
