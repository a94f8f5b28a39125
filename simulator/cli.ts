#!/usr/bin/env node
import { type ParseArgsConfig, parseArgs } from "node:util";
import { ConfigError } from "../lib/errors";
import { type RunningSimulator, type SimulatorOptions, startPassword, startSimulator } from "./index";
import { type Dials, parseDials } from "./kit/dials";

interface Flag {
  name: string;
  /** What the value is, as the help shows it. */
  value: string;
  preset: string;
  help: string;
}

const FLAGS: readonly Flag[] = [
  { name: "host", value: "address", preset: "127.0.0.1", help: "address to listen on" },
  { name: "tenant-port", value: "port", preset: "4400", help: "port of the cidaas tenant; 0 picks a free one" },
  { name: "legacy-port", value: "port", preset: "4500", help: "port of the legacy system" },
  { name: "web-port", value: "port", preset: "4300", help: 'port of the page with both systems; "none" leaves it out' },
  { name: "users", value: "count", preset: "100", help: "users made up when the legacy table is empty" },
  { name: "database", value: "file", preset: ":memory:", help: "SQLite file of the legacy system" },
  { name: "client-id", value: "text", preset: "simulator-client", help: "client of the tenant" },
  { name: "client-secret", value: "text", preset: "simulator-secret", help: "its secret" },
  { name: "webhook-url", value: "url", preset: "", help: "where the tenant sends its webhooks" },
  { name: "webhook-key", value: "text", preset: "simulator-webhook-key", help: "sent with them as x-api-key" },
  { name: "verification-url", value: "url", preset: "", help: "service that verifies passwords of CUSTOM algorithms" },
  {
    name: "legacy-key",
    value: "text",
    preset: "simulator-legacy-key",
    help: "x-api-key that the legacy system asks for",
  },
  { name: "events-url", value: "url", preset: "", help: "where the legacy system sends its change events" },
  { name: "events-key", value: "text", preset: "simulator-legacy-key", help: "sent with them as x-api-key" },
  {
    name: "time-scale",
    value: "factor",
    preset: "1",
    help: "shortens the pauses between repetitions: 0.01 = 100 times",
  },
];

const HELP = `Usage: cidaas-simulator [options]

Starts a cidaas tenant and a legacy user system, and a page that shows both side by side.

Options:
${FLAGS.map(helpLine).join("\n")}
  ${"--dial name=value".padEnd(26)}how both systems behave, such as rate5xx=0.1 or latencyMs=200; may be repeated
  ${"--help".padEnd(26)}this text

Each option may be an environment variable instead: SIMULATOR_TENANT_PORT for --tenant-port, and so on;
SIMULATOR_DIAL takes several dials with spaces between. An option goes before its variable.

Example:
  cidaas-simulator --users 1000 --webhook-url http://127.0.0.1:1880/cidaas/events \\
    --events-url http://127.0.0.1:1880/legacy/events --dial rate5xx=0.1 --dial rateLostEvent=0.05
`;

function helpLine({ name, value, preset, help }: Flag): string {
  const standard = preset === "" ? "" : ` (${preset})`;
  return `  ${`--${name} ${value}`.padEnd(26)}${help}${standard}`;
}

/** Reads the command line and the environment; null when only help is asked for. Throws a `ConfigError`. */
export function readCommandLine(args: string[], environment: NodeJS.ProcessEnv): SimulatorOptions | null {
  const { values } = parse(args);
  if (values.help === true) return null;

  function text(name: string): string {
    const given = values[name];
    return typeof given === "string"
      ? given
      : (environment[variableOf(name)] ?? FLAGS.find((flag) => flag.name === name)?.preset ?? "");
  }
  function number(name: string, max: number, whole: boolean): number {
    const value = Number(text(name));
    const fits = text(name) !== "" && value >= 0 && value <= max && (!whole || Number.isInteger(value));
    if (!fits)
      throw new ConfigError("OPTION_INVALID", `Give --${name} as a${whole ? " whole" : ""} number of 0 to ${max}.`);
    return value;
  }
  const port = (name: string): number => number(name, 65_535, true);
  const given = Array.isArray(values.dial) ? values.dial.map(String) : [];
  const dials = given.length > 0 ? given : (environment[variableOf("dial")] ?? "").split(/\s+/).filter(Boolean);
  const webhookUrl = address("webhook-url", text("webhook-url"));
  const eventsUrl = address("events-url", text("events-url"));
  const verificationUrl = address("verification-url", text("verification-url"));

  return {
    host: text("host"),
    tenantPort: port("tenant-port"),
    legacyPort: port("legacy-port"),
    webPort: text("web-port") === "none" ? null : port("web-port"),
    tenant: {
      clientId: text("client-id"),
      clientSecret: text("client-secret"),
      webhook: webhookUrl === null ? null : webhookTo(webhookUrl, text("webhook-key")),
      verificationUrl,
    },
    legacy: {
      database: text("database"),
      apiKey: text("legacy-key"),
      users: number("users", 1_000_000, true),
      events: eventsUrl === null ? null : { url: eventsUrl, key: text("events-key") },
    },
    dials: readDials(dials),
    timeScale: number("time-scale", 1000, false),
  };
}

function parse(args: string[]) {
  const options: NonNullable<ParseArgsConfig["options"]> = {
    help: { type: "boolean", short: "h" },
    dial: { type: "string", multiple: true },
  };
  for (const { name } of FLAGS) options[name] = { type: "string" };
  try {
    return parseArgs({ args, options });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : "";
    throw new ConfigError("OPTION_INVALID", `Correct the command line, or see --help. ${reason}`);
  }
}

function variableOf(name: string): string {
  return `SIMULATOR_${name.toUpperCase().replaceAll("-", "_")}`;
}

function address(name: string, url: string): string | null {
  if (url === "") return null;
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url;
  throw new ConfigError("OPTION_INVALID", `Give --${name} as an address that begins with http:// or https://.`);
}

function webhookTo(url: string, key: string) {
  return { url, apikeyDetails: { apikey: key, apikey_placeholder: "x-api-key", apikey_placement: "header" as const } };
}

/** Values are JSON where they can be read as such, else text. */
function readDials(settings: readonly string[]): Partial<Dials> {
  const dials: Record<string, unknown> = {};
  for (const setting of settings) {
    const [name = "", ...rest] = setting.split("=");
    const value = rest.join("=");
    try {
      dials[name] = JSON.parse(value);
    } catch {
      dials[name] = value;
    }
  }
  return parseDials(dials);
}

function describe(simulator: RunningSimulator, options: SimulatorOptions): string {
  const { tenant, legacy } = options;
  const lines = [
    ["cidaas tenant", simulator.tenant.url],
    ["  client id", tenant?.clientId],
    ["  client secret", tenant?.clientSecret],
    ["  webhooks to", tenant?.webhook?.url ?? "nobody"],
    ["Legacy system", simulator.legacy.url],
    ["  x-api-key", legacy?.apiKey],
    ["  events to", legacy?.events?.url ?? "nobody yet: they wait in the outbox"],
    ["  passwords", `Start-<last digit of the id>!, so ${startPassword(1)} for user 1`],
    ["Page", simulator.web?.url ?? "none"],
  ];
  return `${lines.map(([name, value]) => `${name?.padEnd(18)}${value}`).join("\n")}\n\nCtrl-C ends the simulation.\n`;
}

async function main(): Promise<void> {
  const options = readCommandLine(process.argv.slice(2), process.env);
  if (options === null) {
    process.stdout.write(HELP);
    return;
  }
  const simulator = await startSimulator(options);
  process.stdout.write(describe(simulator, options));
  const end = (): void => {
    void simulator.close().then(() => process.exit(0));
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
}

if (require.main === module) {
  main().catch((thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
    process.exitCode = 1;
  });
}
