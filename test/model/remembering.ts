import type { Printer } from "../../lib/sync/prints";

/** The printer with its answers kept: the values of the model are few, and the hashes would take a tenth of its time. */
export function remembering(printer: Printer): Printer {
  const known = new Map<string, string>();
  const once = (key: string, print: () => string): string => {
    const found = known.get(key) ?? print();
    known.set(key, found);
    return found;
  };
  return {
    value: (rule, side, value) => once(JSON.stringify([rule, side, value]), () => printer.value(rule, side, value)),
    identifier: (kind, value) => once(JSON.stringify([kind, value]), () => printer.identifier(kind, value)),
  };
}
