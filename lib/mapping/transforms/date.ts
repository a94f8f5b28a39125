import { DateTime } from "luxon";
import { SyncError } from "../../errors";
import type { Json } from "../../sync/types";
import { compileDayFormat, ISO_DAY } from "./day-format";
import { type CompileTransform, type DirectTransform, optionError, scalarText, single } from "./types";

const LOCALE = "en-US";
const UTC = { zone: "UTC", locale: LOCALE };
const ISO_LENGTH = "2026-01-31".length;
const MAX_TEXT = 64;
/** Unicode tokens for a time of day or an instant, outside quoted parts. */
const TIME_TOKENS = /[HhmsSutTfFxX]/;
/** What a `Date` of a database driver becomes; it names its instant whatever the format is. */
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;
const MILLISECONDS = /\.\d+Z$/;
/** Seconds or milliseconds since 1970. */
const EPOCH = /^[Xx]$/;
/** A format must give back the days it was made from: two digits for the year cannot mean both of these. */
const PROBES = ["2061-02-28T09:41:58.123Z", "2001-12-24T16:17:18.456Z"];

/** ISO date in cidaas, or ISO date-time in UTC when the legacy format has a time of day. */
export const compileDate: CompileTransform = (options) => {
  const format = scalarText(options.legacyFormat);
  const zone = scalarText(options.zone);
  if (EPOCH.test(format)) return epoch(format === "X" ? 1000 : 1);
  const hasTime = TIME_TOKENS.test(format.replace(/'[^']*'/g, ""));
  const lost = checkFormat(format, zone, hasTime);
  return hasTime ? dateTime(format, zone, lost) : day(format, zone);
};

/** A day counts as written, in whatever offset a time with it is given. */
function day(format: string, zone: string): DirectTransform {
  const digits = compileDayFormat(format);
  const parser = DateTime.buildFormatParser(format, { locale: LOCALE });
  const fromFormat = (text: string) => readable(DateTime.fromFormatParser(text, parser, UTC)).toISODate();
  return single({
    fromCidaas: (value) => {
      const text = isoText(value);
      return ISO_DAY.read(text) ?? readable(DateTime.fromISO(text, { setZone: true })).toISODate();
    },
    fromLegacy: (value) => {
      const text = dateText(value);
      const read = digits?.read(text);
      if (read) return read;
      return INSTANT.test(text) ? readable(DateTime.fromISO(text, { zone })).toISODate() : fromFormat(text);
    },
    toLegacy: (canonical) => {
      const iso = scalarText(canonical);
      return digits && iso.length === ISO_LENGTH ? digits.write(iso) : DateTime.fromISO(iso, UTC).toFormat(format);
    },
  });
}

function dateTime(format: string, zone: string, lost: RegExp | null): DirectTransform {
  const legacyZone = { zone, locale: LOCALE };
  const parser = DateTime.buildFormatParser(format, { locale: LOCALE });
  const fromLegacy = (text: string) =>
    INSTANT.test(text) ? DateTime.fromISO(text, { zone }) : DateTime.fromFormatParser(text, parser, legacyZone);
  return single({
    fromCidaas: (value) => toInstant(readable(DateTime.fromISO(isoText(value), UTC))),
    fromLegacy: (value) => toInstant(readable(fromLegacy(dateText(value)))),
    toLegacy: (canonical) => DateTime.fromISO(scalarText(canonical), legacyZone).toFormat(format),
    ...(lost && { comparable: (canonical) => scalarText(canonical).replace(lost, "Z") }),
  });
}

/** A number of seconds or milliseconds in the legacy system. */
function epoch(milliseconds: number): DirectTransform {
  const read = (value: Json) => DateTime.fromISO(isoText(value), UTC);
  return single({
    fromCidaas: (value) => toInstant(readable(read(value))),
    fromLegacy: (value) => {
      const text = dateText(value);
      const isNumber = /^-?\d{1,15}$/.test(text);
      return toInstant(readable(isNumber ? DateTime.fromMillis(Number(text) * milliseconds) : read(value)));
    },
    toLegacy: (canonical) => Math.floor(Date.parse(scalarText(canonical)) / milliseconds),
    ...(milliseconds > 1 && { comparable: (canonical) => scalarText(canonical).replace(MILLISECONDS, "Z") }),
  });
}

function toInstant(time: DateTime<true>): string {
  return time.toUTC().toISO({ suppressMilliseconds: true });
}

/**
 * Refuses a format that loses the day or the hour: one without a year would be completed with today's. Gives what it
 * loses of an ISO date-time, which is then no difference between the sides; null when it loses nothing.
 */
function checkFormat(format: string, zone: string, hasTime: boolean): RegExp | null {
  let lost: RegExp | null = null;
  for (const text of PROBES) {
    const probe = DateTime.fromISO(text, { zone, locale: LOCALE });
    if (!probe.isValid) throw optionError('the option "zone" must be a time zone such as Europe/Berlin');
    const again = DateTime.fromFormat(probe.toFormat(format), format, { zone, locale: LOCALE });
    if (again.toISODate() !== probe.toISODate())
      throw optionError(
        'the option "legacyFormat" must hold year, month and day, the year with four digits, such as dd.MM.yyyy',
      );
    if (!hasTime) continue;
    if (again.hour !== probe.hour || again.minute !== probe.minute)
      throw optionError('the option "legacyFormat" must hold the time to the minute: HH:mm, or hh:mm together with a');
    if (again.second !== probe.second) lost = /:\d\d(\.\d+)?Z$/;
    else if (again.millisecond !== probe.millisecond) lost = MILLISECONDS;
  }
  return lost;
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
