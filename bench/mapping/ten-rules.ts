import { util } from "@node-red/util";
import type { Json, JsonObject } from "../../lib/sync/types";

/** The legacy record of the benchmark. */
export interface LegacyUser extends JsonObject {
  login: string;
  nick: string;
  mail: string;
  points: string;
  newsletter: string;
  state: string;
  born: string;
  shop: { tier: string };
  name: string;
  zip: string;
  city: string;
}

/** Two copies, e-mail, number, boolean, enumeration, date, nested custom field, split name, template. */
export const TEN_RULES: Json[] = [
  { id: "username", cidaas: "username", legacy: "login" },
  { id: "nickname", cidaas: "nickname", legacy: "nick" },
  { id: "email", cidaas: "email", legacy: "mail", required: true },
  { id: "points", cidaas: "customFields.points", legacy: "points", transform: "number" },
  {
    id: "newsletter",
    cidaas: "customFields.newsletter",
    legacy: "newsletter",
    transform: "boolean",
    options: { true: "J", false: "N" },
  },
  {
    id: "status",
    cidaas: "userStatus",
    legacy: "state",
    transform: "enum",
    options: {
      pairs: [
        ["VERIFIED", "active"],
        ["DECLINED", "closed"],
        ["PENDING", "new"],
      ],
    },
  },
  { id: "birthdate", cidaas: "birthdate", legacy: "born", transform: "date", options: { legacyFormat: "dd.MM.yyyy" } },
  { id: "tier", cidaas: "customFields.shop.tier", legacy: "shop.tier" },
  { id: "name", cidaas: ["given_name", "family_name"], legacy: "name", transform: "name" },
  {
    id: "place",
    cidaas: "customFields.place",
    legacy: ["zip", "city"],
    transform: "template",
    direction: "to-cidaas",
    options: { toCidaas: "{{zip}} {{city}}" },
  },
];

/**
 * The same mapping as one function, as an engineer would write it who wants the same result: values checked whatever their
 * type, all problems of a record told at once, an empty value left out.
 */
export function mapByHand(user: JsonObject): JsonObject {
  const problems: string[] = [];
  const mapped: JsonObject = {};
  const customFields: JsonObject = {};
  const { login, nick, mail, points, newsletter, state, born, shop, name, zip, city } = user;
  if (isFilled(login)) mapped.username = login;
  if (isFilled(nick)) mapped.nickname = nick;
  if (isFilled(mail)) mapped.email = mail;
  else problems.push("mail: missing");
  if (isFilled(points)) {
    const text = typeof points === "string" ? points.trim() : points;
    const number = typeof text === "string" && /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
    if (typeof number === "number" && Number.isFinite(number)) customFields.points = number;
    else problems.push("points: no number");
  }
  if (isFilled(newsletter)) {
    const word = String(newsletter).trim().toLowerCase();
    if (word === "j" || word === "true") customFields.newsletter = true;
    else if (word === "n" || word === "false") customFields.newsletter = false;
    else problems.push("newsletter: unknown word");
  }
  if (isFilled(state)) {
    if (state === "active") mapped.userStatus = "VERIFIED";
    else if (state === "closed") mapped.userStatus = "DECLINED";
    else if (state === "new") mapped.userStatus = "PENDING";
    else problems.push("state: unknown word");
  }
  if (isFilled(born)) {
    const date = typeof born === "string" ? isoDate(born.trim()) : null;
    if (date === null) problems.push("born: no date");
    else mapped.birthdate = date;
  }
  const tier = typeof shop === "object" && shop !== null && !Array.isArray(shop) ? shop.tier : undefined;
  if (isFilled(tier)) customFields.shop = { tier };
  if (isFilled(name)) {
    if (typeof name === "string") [mapped.given_name, mapped.family_name] = splitName(name);
    else problems.push("name: no text");
  }
  if (zip !== undefined && city !== undefined && (isFilled(zip) || isFilled(city)))
    customFields.place = `${zip ?? ""} ${city ?? ""}`;
  if (problems.length > 0) throw new Error(problems.join("; "));
  mapped.customFields = customFields;
  return mapped;
}

function isFilled(value: Json | undefined): value is Json {
  return value !== undefined && value !== null && value !== "";
}

function isoDate(text: string): string | null {
  const parts = /^(\d\d)\.(\d\d)\.(\d{4})$/.exec(text);
  if (parts === null) return null;
  const [, day, month, year] = parts;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCDate() === Number(day) && date.getUTCMonth() === Number(month) - 1
    ? `${year}-${month}-${day}`
    : null;
}

function splitName(name: string): [given: string, family: string] {
  const comma = name.indexOf(",");
  if (comma >= 0) return [name.slice(comma + 1).trim(), name.slice(0, comma).trim()];
  const words = name.trim().split(/\s+/);
  const particle = words.findIndex((word, place) => place > 0 && /^\p{Ll}/u.test(word));
  const family = particle > 0 ? particle : Math.max(words.length - 1, 1);
  return [words.slice(0, family).join(" "), words.slice(family).join(" ")];
}

/** The same mapping in the runtime's JSONata, compiled once. */
export function mapByJsonata(): (user: LegacyUser) => Promise<unknown> {
  const expression = util.prepareJSONataExpression(
    String.raw`(
    $name := $split($replace($trim(name), /\s+/, " "), " ");
    $particle := $filter([1..$count($name) - 1], function($i) { $match($name[$i], /^[a-z]/) })[0];
    $family := $particle ? $particle : $max([$count($name) - 1, 1]);
    $born := $match(born, /^(\d\d)\.(\d\d)\.(\d{4})$/);
    {
      "username": login,
      "nickname": nick,
      "email": mail,
      "userStatus": $lookup({"active": "VERIFIED", "closed": "DECLINED", "new": "PENDING"}, state),
      "birthdate": $born.groups[2] & "-" & $born.groups[1] & "-" & $born.groups[0],
      "given_name": $join($name[[0..$family - 1]], " "),
      "family_name": $join($name[[$family..$count($name) - 1]], " "),
      "customFields": {
        "points": $number(points),
        "newsletter": $lookup({"j": true, "n": false}, $lowercase($trim(newsletter))),
        "shop": { "tier": shop.tier },
        "place": zip & " " & city
      }
    }
  )`,
    Object.create(null),
  );
  return (user) => expression.evaluate(user);
}

const GIVEN = ["Lena", "Omar", "Ana María", "Jörg", "Chloé", "Müzeyyen", "Li", "Oyelaran"];
const FAMILY = ["Berg", "Haddad", "de la Cruz", "Öztürk", "van der Meer", "Nguyễn", "Wei", "Smith"];
const CITIES = ["Bonn", "Köln", "Ulm", "Trier", "Jena"];

/** Users that differ in every field. */
export function legacyUsers(count: number): LegacyUser[] {
  return Array.from({ length: count }, (_, number): LegacyUser => {
    const two = (value: number) => String(value).padStart(2, "0");
    return {
      login: `user-${number}`,
      nick: `nick ${number % 997}`,
      mail: `User.${number}@Example.org`,
      points: String((number * 7919) % 100_000),
      newsletter: number % 3 === 0 ? "J" : "N",
      state: ["active", "closed", "new"][number % 3] ?? "active",
      born: `${two(1 + (number % 28))}.${two(1 + (number % 12))}.${1940 + (number % 70)}`,
      shop: { tier: ["gold", "silver", "basic"][number % 3] ?? "gold" },
      name: `${GIVEN[number % GIVEN.length]} ${FAMILY[(number >> 3) % FAMILY.length]}`,
      zip: String(10_000 + (number % 89_999)),
      city: CITIES[number % CITIES.length] ?? "Bonn",
    };
  });
}
