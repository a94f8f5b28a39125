import { isEmpty } from "../json";
import { compilePath } from "../paths";
import { scalarText } from "../transforms/types";
import { type HashFormat, hashInfo, hashText, refusedHash, saltText } from "./types";

const MOST_COLUMNS = 8;

/**
 * What cidaas cannot verify itself (phpass, MD5, scrypt, …) and hands to a verification service: the text as it stands,
 * and every further column in `hData`, under the last name of its path.
 */
export const custom: HashFormat = {
  columns: { least: 1, most: MOST_COLUMNS },
  algorithm: { prefix: "CUSTOM", required: true },
  read([value, ...further], { algorithm, paths }) {
    const text = hashText(value);
    if (text === "" || !text.isWellFormed())
      throw refusedHash("the value is no text; give the path of the hash itself");
    const hData: Record<string, string> = {};
    for (const [place, column] of further.entries()) {
      const name = columnName(paths[place + 1] ?? "");
      // An empty column, such as the salt of a user from before there were salts, is no parameter.
      if (!isEmpty(column)) hData[name] = saltText(scalarText(column));
    }
    return hashInfo(algorithm, text, hData);
  },
};

/** What a column is called in `hData`. */
export function columnName(path: string): string {
  return compilePath(path).keys.at(-1) ?? "";
}
