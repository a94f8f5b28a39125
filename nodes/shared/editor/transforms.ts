import { TRANSFORM_TABLE, transformSpec } from "../../../lib/mapping/transforms/table";
import type { OptionSpec, TransformSpec } from "../../../lib/mapping/transforms/types";

export { transformSpec };

export interface TransformOption extends OptionSpec {
  name: string;
}

/** The transforms the dialog offers, with the options of each. Others of a flow file are kept as they are. */
export const OPTIONS_OF: Readonly<Record<string, readonly TransformOption[]>> = Object.fromEntries(
  Object.entries(TRANSFORM_TABLE).map(([name, spec]) => [name, optionsOf(spec)]),
);

function optionsOf({ options }: TransformSpec): TransformOption[] {
  return Object.entries(options).map(([name, option]) => ({ name, ...option }));
}

/** What kind of value an option of a rule holds; undefined for what this version does not know. */
export function optionType(transform: string, option: string): OptionSpec["type"] | undefined {
  const options = transformSpec(transform)?.options;
  return options && Object.hasOwn(options, option) ? options[option]?.type : undefined;
}
