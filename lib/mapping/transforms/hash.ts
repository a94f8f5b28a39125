import { SyncError } from "../../errors";
import type { Json } from "../../sync/types";
import { FORMATS } from "../hashes";
import { columnName } from "../hashes/custom";
import { DIGEST_CHOICES, HASH_FORMATS } from "../hashes/formats";
import type { HashFormat, HashSettings } from "../hashes/types";
import { isEmpty, isJsonObject } from "../json";
import { type CompileTransform, optionError, type RuleShape, scalarText } from "./types";

/** Ids at cidaas are short names of letters, digits, "-" and "_". */
const ALGORITHM_ID = /^[A-Z][\w-]{0,63}$/;

/**
 * A password hash of the legacy system as `password_hash_info`, which is its canonical value. cidaas gives none out, so there
 * is no way back. What is not a hash of the rule's format is `HASH_UNKNOWN`, and never sent as it is.
 */
export const compileHash: CompileTransform = (options, rule) => {
  const name = HASH_FORMATS.find((known) => known === options.format) ?? HASH_FORMATS[0];
  const format = FORMATS[name];
  const settings: HashSettings = {
    algorithm: scalarText(options.algorithm).trim(),
    digest: DIGEST_CHOICES.find((digest) => digest === options.digest) ?? DIGEST_CHOICES[0],
    paths: rule.legacy,
  };
  checkColumns(name, format, rule);
  checkAlgorithm(name, format, settings.algorithm);
  return {
    from: {
      cidaas: ([info = null]) => checkedInfo(info),
      // Without a hash there is no password, whatever its salt says.
      legacy: (columns) => (isEmpty(columns[0] ?? null) ? null : format.read(columns, settings)),
    },
    to: { cidaas: (info) => [info], legacy: () => [null] },
  };
};

function checkColumns(name: string, { columns }: HashFormat, { legacy }: RuleShape): void {
  const { least, most } = columns;
  const count = least === most ? `${least}` : `${least} to ${most}`;
  if (legacy.length < least || legacy.length > most)
    throw optionError(`the format "${name}" takes ${count} legacy path${most === 1 ? "" : "s"}, the hash first`);
  const further = legacy.slice(1).map(columnName);
  if (name === "custom" && new Set(further).size < further.length)
    throw optionError("two further legacy paths end with the same name, by which the verification service tells them");
}

function checkAlgorithm(name: string, { algorithm }: HashFormat, id: string): void {
  if (id === "") {
    if (algorithm?.required)
      throw optionError(`the option "algorithm" is missing: the id ${algorithm.prefix}… at cidaas`);
  } else if (algorithm === undefined) throw optionError(`the format "${name}" takes no option "algorithm"`);
  else if (!id.startsWith(algorithm.prefix) || !ALGORITHM_ID.test(id))
    throw optionError(`the option "algorithm" must be an id that begins with ${algorithm.prefix}`);
}

function checkedInfo(info: Json): Json {
  if (isJsonObject(info) && typeof info.algorithmTypeId === "string" && typeof info.passwordHash === "string")
    return info;
  throw new SyncError("HASH_UNKNOWN", "the value is no password_hash_info");
}
