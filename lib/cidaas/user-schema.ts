import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { RecordProblem } from "../errors";
import { compilePath } from "../mapping/paths";
import { writesTo } from "../mapping/rules";
import type { SchemaCheck } from "../mapping/schema";
import type { Rule } from "../mapping/types";
import type { JsonObject } from "../sync/types";
import { isConsents, isE164, isEmail, isGroups, isIsoDate, isIsoTime, isPasswordHash, isTexts } from "./user-formats";

/** One kind of member: what bulk takes there (reference, section 1.3), and what to tell who gives something else. */
interface Kind {
  schema: JsonObject;
  code: string;
  message: string;
}

/** Null and empty text say that the member has no value, so they fit everywhere. */
const TEXT: JsonObject = { type: ["string", "null"] };
const STATUSES = ["VERIFIED", "PENDING", "DELETED", "DECLINED", "LOCKED", "COMBINED"];

const KINDS = {
  text: { schema: TEXT, code: "TEXT_EXPECTED", message: "must be text; turn it into text first" },
  email: {
    schema: { ...TEXT, format: "email" },
    code: "EMAIL_SYNTAX",
    message: "must be an e-mail address such as name@example.org, without blanks",
  },
  phone: {
    schema: { ...TEXT, format: "phone" },
    code: "PHONE_NOT_E164",
    message: 'must be a phone number such as +4915112345678; use the transform "phone"',
  },
  date: {
    schema: { ...TEXT, format: "day" },
    code: "DATE_NOT_ISO",
    message: 'must be a day such as 1988-04-12; use the transform "date"',
  },
  time: {
    schema: { ...TEXT, format: "time" },
    code: "TIME_NOT_ISO",
    message: 'must be a time such as 2019-03-02T08:11:00Z; use the transform "date" with a time of day',
  },
  status: {
    schema: { enum: [...STATUSES, "", null] },
    code: "STATUS_UNKNOWN",
    message: `must be one of ${STATUSES.join(", ")}; use the transform "enum"`,
  },
  flag: { schema: { type: ["boolean", "null"] }, code: "BOOLEAN_EXPECTED", message: "must be true or false" },
  texts: { schema: { shape: "texts" }, code: "LIST_EXPECTED", message: "must be a list of texts" },
  groups: {
    schema: { shape: "groups" },
    code: "GROUPS_INVALID",
    message: "must be a list of objects with groupId and perhaps roles, a list of texts",
  },
  consents: {
    schema: { shape: "consents" },
    code: "CONSENTS_INVALID",
    message: "must be a list of objects whose state is ACCEPTED, REVOKED or SKIPPED",
  },
  hash: {
    schema: { shape: "hash" },
    code: "HASH_INVALID",
    message:
      "must hold algorithmTypeId, passwordHash and perhaps hData, all of it text, with a bcrypt cost that is the same in both",
  },
  object: { schema: { type: ["object", "null"] }, code: "OBJECT_EXPECTED", message: "must be an object" },
} satisfies Record<string, Kind>;

type KindName = keyof typeof KINDS;

/** Members of the flat form of a bulk user; what is not listed is let through, since tenants may know more. */
const MEMBERS: Readonly<Record<string, KindName>> = {
  ...kinds("text", "sub username given_name family_name middle_name nickname gender locale profile picture website"),
  ...kinds("text", "zoneinfo provider providerUserId identityId user_status_reason"),
  ...kinds("email", "email"),
  ...kinds("phone", "mobile_number phone_number"),
  ...kinds("date", "birthdate"),
  ...kinds("time", "createdTime lastLoggedInTime"),
  ...kinds("status", "userStatus"),
  ...kinds("flag", "mfa_enabled"),
  ...kinds("texts", "roles"),
  ...kinds("groups", "groups"),
  ...kinds("consents", "consents"),
  ...kinds("hash", "password_hash_info"),
  ...kinds("object", "customFields address"),
  ...kinds("text", "address.formatted address.street_address address.locality address.region address.postal_code"),
  ...kinds("text", "address.country"),
};

const SHAPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  texts: isTexts,
  groups: isGroups,
  consents: isConsents,
  hash: isPasswordHash,
};

/** Checks mapped users against what the bulk interface takes. No message shows a value. */
export function compileUserCheck(rules: readonly Rule[]): SchemaCheck {
  compiled ??= compileUserSchema();
  const validate = compiled;
  const ruleOf = ruleFinder(rules);

  return (user) => {
    if (validate(user)) return [];
    const paths = new Set((validate.errors ?? []).map(pathOf));
    return [...paths].map((path) => problemAt(path, ruleOf(path.split("."))));
  };
}

/** The same for every map, and compiling it takes longer than mapping thousands of users: the preview asks at every key. */
let compiled: ValidateFunction | null = null;

function compileUserSchema(): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false });
  for (const [name, fits] of Object.entries({ email: isEmail, phone: isE164, day: isIsoDate, time: isIsoTime }))
    ajv.addFormat(name, (text: string) => text === "" || fits(text));
  ajv.addKeyword({
    keyword: "shape",
    errors: false,
    validate: (shape: string, value: unknown) => value === null || value === "" || SHAPES[shape]?.(value) === true,
  });
  return ajv.compile(userSchema());
}

/** Finds the rule that writes to a place of the user; empty text where no rule does. */
export function ruleFinder(rules: readonly Rule[]): (keys: readonly string[]) => string {
  const targets = rules
    .filter((rule) => writesTo(rule, "cidaas"))
    .flatMap(({ id, cidaas }) => cidaas.map((path) => ({ id, keys: compilePath(path).keys })));
  return (keys) => {
    const isAt = (target: readonly string[]) =>
      target.every((key, place) => place >= keys.length || keys[place] === key);
    return targets.find((target) => isAt(target.keys))?.id ?? "";
  };
}

/** Only members that are named in the schema have errors of their own, so no key of a user's data gets into a path. */
function pathOf({ instancePath }: ErrorObject): string {
  return instancePath.slice(1).replaceAll("/", ".");
}

function problemAt(path: string, rule: string): RecordProblem {
  const { code, message } = KINDS[MEMBERS[path] ?? "object"];
  return { rule, path, code, message };
}

function userSchema(): JsonObject {
  const properties: Record<string, JsonObject> = {};
  const inAddress: Record<string, JsonObject> = {};
  for (const [path, name] of Object.entries(MEMBERS)) {
    const [outer = "", inner] = path.split(".");
    if (inner === undefined) properties[outer] = KINDS[name].schema;
    else inAddress[inner] = KINDS[name].schema;
  }
  properties.address = { ...KINDS.object.schema, properties: inAddress };
  return { type: "object", properties };
}

function kinds(name: KindName, paths: string): Record<string, KindName> {
  return Object.fromEntries(paths.split(" ").map((path) => [path, name]));
}
