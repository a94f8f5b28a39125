import { SyncError } from "../../errors";
import type { Json } from "../../sync/types";
import { COUNTRY_CODES } from "./country-codes";
import { displayNames, type Names } from "./display-names";
import { type CompileTransform, scalarText, single } from "./types";

const MAX_CODE = 3;

/** Alpha-2 code by each of the three codes. */
const ALPHA2 = new Map(
  COUNTRY_CODES.flatMap(({ alpha2, alpha3, numeric }) => [alpha2, alpha3, numeric].map((code) => [code, alpha2])),
);

/** ISO 3166 alpha-2 in cidaas; a code or the name in one language in the legacy system. Codes are read in any form. */
export const compileCountry: CompileTransform = ({ legacyFormat, language }) => {
  const names =
    legacyFormat === "name"
      ? displayNames(
          "region",
          scalarText(language),
          COUNTRY_CODES.map(({ alpha2 }) => alpha2),
        )
      : null;
  const written = legacyForms(scalarText(legacyFormat), names);
  return single({
    fromCidaas: (value) => known(byCode(scalarText(value).trim())),
    fromLegacy: (value) => {
      const text = scalarText(value).trim();
      return known(names?.codeOf(text) ?? byCode(text));
    },
    toLegacy: (canonical) => known(written.get(scalarText(canonical))),
  });
};

function legacyForms(format: string, names: Names | null): Map<string, string> {
  const forms = COUNTRY_CODES.map((codes): [string, string | undefined] => {
    if (names !== null) return [codes.alpha2, names.nameOf(codes.alpha2)];
    if (format === "alpha3") return [codes.alpha2, codes.alpha3];
    return [codes.alpha2, format === "numeric" ? codes.numeric : codes.alpha2];
  });
  return new Map(forms.flatMap(([code, form]) => (form === undefined ? [] : [[code, form]])));
}

/** Databases keep numeric codes as numbers, without the zeros in front. */
function byCode(text: string): string | undefined {
  if (text.length > MAX_CODE) return undefined;
  return ALPHA2.get(/^\d+$/.test(text) ? text.padStart(3, "0") : text.toUpperCase());
}

function known(found: string | undefined): Json {
  if (found !== undefined) return found;
  throw new SyncError(
    "COUNTRY_UNKNOWN",
    "the value is not a country in the expected format; see the option legacyFormat",
  );
}
