import { isEnvironmentValue } from "../environment";
import type { RuleForm } from "../rule";
import { optionType } from "../transforms";

type Translate = (key: string) => string;

/** What a folded rule says beyond its line: options, and what differs from the usual. Pure. */
export function summaryOf(form: RuleForm, translate: Translate): string {
  const choice = (field: "write" | "compare" | "whenEmpty") =>
    isEnvironmentValue(form[field]) ? form[field] : translate(`rule.choice.${field}.${form[field]}`);
  const labelled = (field: "write" | "whenEmpty" | "timePath", text: string) =>
    `${translate(`rule.${field}`)}: ${text}`;
  const parts = [
    ...Object.entries(form.options).map(([name, text]) => optionSummary(form.transform, name, text, translate)),
    form.required ? translate("rule.required") : "",
    form.write === "always" ? "" : labelled("write", choice("write")),
    form.compare === "value" ? "" : choice("compare"),
    form.whenEmpty === "skip" ? "" : labelled("whenEmpty", choice("whenEmpty")),
    form.timePath === "" ? "" : labelled("timePath", form.timePath),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function optionSummary(transform: string, name: string, text: string, translate: Translate): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) return "";
  if (optionType(transform, name) === "pairs") return lines.join(" · ");
  return `${translate(`rule.option.${name}`)}: ${lines.join(" ")}`;
}
