import type { JsonObject } from "../../sync/types";
import { fromBase64, type HashFormat, hashInfo, hashText, notA, ONE_COLUMN, refusedHash, wholeNumber } from "./types";

/** LDAP servers put their scheme in front. */
const SCHEME = /^\{ARGON2\}(?=\$)/i;
/** PHC text: variant, version, memory in KiB, passes, lanes, then salt and hash in Base64 without padding. */
const ARGON2 = /^\$argon2(?:id|i|d)\$(?:v=(?:16|19)\$)?m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
/** One login must not take more of the tenant than this, whatever a record says. */
const MOST = { memory: 1_048_576, passes: 100, lanes: 64, salt: 64, hash: 128 };
const LEAST = { salt: 8, hash: 12 };

/** How cidaas calls each variant is not documented. The text names its variant, so one id for all is sent by default. */
const ALGORITHM = "ARGON";

/** All parameters stay in the text. */
export const argon2: HashFormat = {
  columns: ONE_COLUMN,
  algorithm: { prefix: ALGORITHM, required: false },
  read: ([value], { algorithm }) => argon2Info(hashText(value).replace(SCHEME, ""), algorithm),
};

/** The `password_hash_info` of a PHC text, under another id than the default where one is given. */
export function argon2Info(text: string, algorithm = ""): JsonObject {
  const [, memory, passes, lanes, salt, hash] = ARGON2.exec(text) ?? [];
  const saltLength = fromBase64(salt)?.length ?? 0;
  const hashLength = fromBase64(hash)?.length ?? 0;
  if (saltLength < LEAST.salt || hashLength < LEAST.hash) throw notA("an Argon2 hash in PHC form ($argon2id$v=19$…)");
  const isPayable =
    isWithin(memory, MOST.memory) &&
    isWithin(passes, MOST.passes) &&
    isWithin(lanes, MOST.lanes) &&
    saltLength <= MOST.salt &&
    hashLength <= MOST.hash;
  if (!isPayable) throw refusedHash("the Argon2 hash asks for more memory, passes or lanes than a login may cost");
  return hashInfo(algorithm || ALGORITHM, text);
}

function isWithin(text: string | undefined, most: number): boolean {
  const value = wholeNumber(text);
  return value !== null && value <= most;
}
