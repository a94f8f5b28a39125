import { CIDAAS_FIELDS, CUSTOM_FIELDS } from "../../../../lib/cidaas/fields";
import type { RuleSource } from "../rule";

/** The transform that most rules of such a field use; absent: copy. */
const USUAL_TRANSFORM: Record<string, string> = {
  email: "lower",
  userStatus: "enum",
  mobile_number: "phone",
  phone_number: "phone",
  birthdate: "date",
  createdTime: "date",
  lastLoggedInTime: "date",
  locale: "language",
  "address.country": "country",
  password_hash_info: "hash",
};

/** A rule for a field that no rule reads yet, as good as its name tells; a custom field where it tells nothing. */
export function guessRule(side: "cidaas" | "legacy", path: string, taken: ReadonlySet<string>): RuleSource {
  const cidaas = side === "cidaas" ? path : guessField(path, taken);
  const legacy = side === "legacy" ? path : path.replace(`${CUSTOM_FIELDS}.`, "");
  const transform = usualTransform(cidaas);
  if (transform === "hash")
    return { cidaas, legacy, direction: "to-cidaas", transform, conflict: "newest", secret: true };
  return { cidaas, legacy, direction: "both", transform, conflict: "newest" };
}

export function usualTransform(cidaasPath: string): string {
  return USUAL_TRANSFORM[cidaasPath] ?? "copy";
}

function guessField(legacyPath: string, taken: ReadonlySet<string>): string {
  const name = legacyPath.split(".").at(-1) ?? legacyPath;
  const plain = bare(name);
  const free = CIDAAS_FIELDS.filter(({ path }) => !taken.has(path));
  const found =
    free.find(({ path }) => bare(path.split(".").at(-1) ?? path) === plain) ??
    free.find(({ alsoCalled }) => alsoCalled?.includes(plain));
  return found?.path ?? `${CUSTOM_FIELDS}.${name.replace(/[^A-Za-z0-9_]+/g, "_")}`;
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "");
}
