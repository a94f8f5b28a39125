import { type ParseArgsConfig, parseArgs } from "node:util";

/** A command line that cannot be understood; the message is one line that says why. */
export class UsageError extends Error {}

/**
 * `parseArgs`, whose complaint is one line that also says what there is.
 *
 * @param known what there is, where that is more than the options
 * @throws {UsageError}
 */
export function parseOptions<const Config extends ParseArgsConfig>(config: Config, known = optionsOf(config)) {
  try {
    return parseArgs(config);
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    // The other sentences give advice on positional arguments.
    const [complaint] = thrown.message.split(/\.\s/);
    throw new UsageError(`${complaint}. ${known}`);
  }
}

function optionsOf({ options = {} }: ParseArgsConfig): string {
  const names = Object.keys(options).map((name) => `--${name}`);
  return `The options are ${names.join(", ")}.`;
}

/** The same for the first lines of a command: where it cannot be understood, this process ends. */
export function readOptions<const Config extends ParseArgsConfig>(config: Config, known = optionsOf(config)) {
  return orRefuse(() => parseOptions(config, known));
}

/** What was read of the command line; where that cannot be understood, this process ends. */
export function orRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof UsageError) return refuse(thrown.message);
    throw thrown;
  }
}

/** Ends this process because of its command line. */
export function refuse(line: string): never {
  console.error(line);
  process.exit(2);
}

/**
 * The whole number that was given as an option.
 *
 * @throws {UsageError}
 */
export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`Give --${name} as a whole number of ${least} to ${most}.`);
}
