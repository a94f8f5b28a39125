import { type Random, seededRandom } from "../kit/random";
import { hashSync } from "../vendor/bcryptjs";
import type { LegacyFields } from "./user";

/** The lowest cost bcrypt has: the passwords of a simulation protect nothing. */
export const BCRYPT_COST = 4;

/** A user as the generator makes one up. Times are milliseconds since the epoch. */
export interface GeneratedUser {
  fields: LegacyFields;
  passwordHash: string;
  createdAt: number;
  updatedAt: number;
}

const FIRST_NAMES =
  "Anna Ben Clara David Elif Emil Emma Felix Finn Frieda Greta Hannah Heinz Ida Jakob Jana Jörg Jürgen Karl Katharina " +
  "Lena Leon Lukas Malte Marie Max Mehmet Mia Nele Noah Oskar Paul Petra Ruth Sabine Sören Sofie Tim Ursula Zoë";
const LAST_NAMES =
  "Albrecht Arslan Bauer Becker Berg Böhm Brandt Fischer Frank Fuchs Groß Günther Hahn Hoffmann Jäger Jansen Kaiser " +
  "Keller Klein Köhler König Krause Krüger Lang Lehmann Maier Meyer Möller Müller Neumann Nowak Öztürk Peters Richter " +
  "Roth Schäfer Schmidt Schneider Schröder Schulz Schwarz Simon Sommer Vogel Wagner Weber Weiß Winter Wolf Yılmaz Ziegler";
const CITIES =
  "Aachen Augsburg Berlin Bremen Dresden Düsseldorf Erfurt Essen Frankfurt Freiburg Göttingen Hamburg Hannover Kassel " +
  "Kiel Köln Leipzig Lübeck Mainz München Münster Nürnberg Potsdam Rostock Saarbrücken Stuttgart Tübingen Ulm Würzburg";
const NAMES = { first: FIRST_NAMES.split(" "), last: LAST_NAMES.split(" "), city: CITIES.split(" ") };

const ASCII: Record<string, string> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", ı: "i", ë: "e" };

const FIRST_DAY = Date.UTC(2015, 0, 1);
const LAST_DAY = Date.UTC(2024, 11, 31);
const DAY_MS = 86_400_000;

/** The password of a generated user: `Start-<last digit of the id>!`. */
export function startPassword(id: number): string {
  return `Start-${id % 10}!`;
}

/** Makes up `count` users, always the same for one seed; the first gets id 1 in a new table. */
export function* generateUsers(count: number, seed: number): Generator<GeneratedUser> {
  const random = seededRandom(seed);
  const hashes = Array.from({ length: 10 }, (_, digit) => hashSync(startPassword(digit), BCRYPT_COST));
  const namesakes = new Map<string, number>();
  for (let id = 1; id <= count; id += 1) {
    const first = pick(random, NAMES.first);
    const last = pick(random, NAMES.last);
    const address = `${toAscii(first)}.${toAscii(last)}`;
    const namesake = (namesakes.get(address) ?? 0) + 1;
    namesakes.set(address, namesake);
    const createdAt = FIRST_DAY + Math.floor(random.next() * (LAST_DAY - FIRST_DAY));
    yield {
      fields: {
        email: `${address}${namesake === 1 ? "" : namesake}@example.org`,
        email_verified: random.chance(0.95) ? 1 : 0,
        first_name: first,
        last_name: last,
        phone: random.chance(0.9) ? mobileNumber(random, id) : null,
        birth_date: random.chance(0.9) ? birthDate(random) : null,
        newsletter: random.chance(0.4) ? "J" : "N",
        tier: pick(random, ["basic", "basic", "basic", "silver", "silver", "gold"]),
        city: pick(random, NAMES.city),
        status: random.chance(0.98) ? "active" : "locked",
      },
      passwordHash: hashes[id % 10] ?? "",
      createdAt,
      updatedAt: createdAt + random.integer(180 * DAY_MS),
    };
  }
}

function pick(random: Random, choices: readonly string[]): string {
  return choices[random.integer(choices.length)] ?? "";
}

function toAscii(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, (letter) => ASCII[letter] ?? "");
}

/** A valid German mobile number; each id gets another one, since a number may serve to log in. */
function mobileNumber(random: Random, id: number): string {
  const prefix = pick(random, ["0160", "0163", "0170", "0171", "0172", "0173", "0175", "0176", "0179"]);
  const subscriber = (id * 7919 + 1_234_567) % 10_000_000;
  return `${prefix} ${String(subscriber).padStart(7, "0")}`;
}

function birthDate(random: Random): string {
  const time = Date.UTC(1940, 0, 1) + random.integer(65 * 365) * DAY_MS;
  const [year, month, day] = new Date(time).toISOString().slice(0, 10).split("-");
  return `${day}.${month}.${year}`;
}
