import { DateTime } from "luxon";
import { SyncError } from "../../errors";
import type { Json } from "../../sync/types";
import { type CompileTransform, optionError, scalarText, single } from "./types";

const LOCALE = "en-US";
const MAX_TEXT = 64;
/** Unicode tokens for a time of day or an instant, outside quoted parts. */
const TIME_TOKENS = /[HhmsSutTfFxX]/;

/** ISO date in cidaas, or ISO date-time in UTC when the legacy format has a time of day. */
export const compileDate: CompileTransform = (options) => {
  const format = scalarText(options.legacyFormat);
  const zone = scalarText(options.zone);
  checkFormat(format, zone);
  const hasTime = TIME_TOKENS.test(format.replace(/'[^']*'/g, ""));
  const legacyZone = { zone: hasTime ? zone : "UTC", locale: LOCALE };
  const parser = DateTime.buildFormatParser(format, { locale: LOCALE });
  const toCanonical = (time: DateTime) =>
    hasTime ? time.toUTC().toISO({ suppressMilliseconds: true }) : time.toISODate();
  return single({
    // Without a time the date counts as written, in whatever offset it is given.
    fromCidaas: (value) =>
      toCanonical(readable(DateTime.fromISO(isoText(value), hasTime ? { zone: "UTC" } : { setZone: true }))),
    fromLegacy: (value) => toCanonical(readable(DateTime.fromFormatParser(dateText(value), parser, legacyZone))),
    toLegacy: (canonical) => DateTime.fromISO(scalarText(canonical), legacyZone).toFormat(format),
  });
};

/** A format must give back the day it was made from: one without a year would be completed with today's. */
function checkFormat(format: string, zone: string): void {
  const probe = DateTime.fromISO("2001-12-24T16:00:00Z", { zone, locale: LOCALE });
  if (!probe.isValid) throw optionError('the option "zone" must be a time zone such as Europe/Berlin');
  const again = DateTime.fromFormat(probe.toFormat(format), format, { zone, locale: LOCALE });
  if (again.toISODate() !== probe.toISODate())
    throw optionError('the option "legacyFormat" must hold year, month and day, such as dd.MM.yyyy');
}

function dateText(value: Json): string {
  const text = scalarText(value).trim();
  return text.length > MAX_TEXT ? "" : text;
}

/** ISO alone would also take a week, a year, or a time of day to be completed with today's date. */
function isoText(value: Json): string {
  const text = dateText(value);
  return /^\d{4}-\d\d-\d\d/.test(text) ? text : "";
}

function readable(time: DateTime<true> | DateTime<false>): DateTime<true> {
  if (time.isValid) return time;
  throw new SyncError("DATE_INVALID", "the value is not a date in the expected format");
}
