import { isSupportedCountry, type PhoneNumber, parsePhoneNumberFromString } from "libphonenumber-js/min";
import { SyncError } from "../../errors";
import type { Json } from "../../sync/types";
import { type CompileTransform, optionError, scalarText, single } from "./types";

/** As SCIM writes numbers (RFC 3966). */
const SCHEME = /^tel:/i;

/** E.164 in cidaas; E.164, national or international format in the legacy system. */
export const compilePhone: CompileTransform = ({ country, legacyFormat }) => {
  const name = scalarText(country).toUpperCase();
  const home = isSupportedCountry(name) ? name : undefined;
  if (name !== "" && home === undefined) throw optionError('the option "country" must be a country code such as DE');
  if (legacyFormat === "national" && home === undefined)
    throw optionError('the option "country" is needed for the national format');
  const parse = (text: string) =>
    parsePhoneNumberFromString(text, { ...(home && { defaultCountry: home }), extract: false });
  const toE164 = (value: Json) => {
    const parsed = parse(scalarText(value).trim().replace(SCHEME, ""));
    // E.164 has no place for an extension, and dropping it would reach somebody else.
    if (parsed?.isPossible() && parsed.ext === undefined) return parsed.number;
    throw new SyncError(
      "PHONE_INVALID",
      "the value is not a phone number; write it with its country code, or set the option country",
    );
  };
  const format = (canonical: Json): string => {
    const parsed = legacyFormat === "e164" ? undefined : parse(scalarText(canonical));
    if (parsed === undefined) return scalarText(canonical);
    return legacyFormat === "national" ? nationalIfUnambiguous(parsed, parse) : parsed.formatInternational();
  };
  return single({ fromCidaas: toE164, fromLegacy: toE164, toLegacy: format });
};

/**
 * A foreign number in national format would be read back as one of the home country, and one of no known length would
 * lose its leading zero: both stay international.
 */
function nationalIfUnambiguous(number: PhoneNumber, parse: (text: string) => PhoneNumber | undefined): string {
  const national = number.formatNational();
  const isFormatted = national !== number.nationalNumber;
  const isUnambiguous = isFormatted && parse(national)?.number === number.number;
  return isUnambiguous ? national : number.formatInternational();
}
