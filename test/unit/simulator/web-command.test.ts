import should from "should";
import { readCommandLine } from "../../../simulator/cli";

describe("the command cidaas-simulator", () => {
  it("starts without any option", () => {
    should(readCommandLine([], {})).match({
      host: "127.0.0.1",
      tenantPort: 4400,
      legacyPort: 4500,
      webPort: 4300,
      tenant: { clientId: "simulator-client", clientSecret: "simulator-secret", webhook: null },
      legacy: { database: ":memory:", apiKey: "simulator-legacy-key", users: 100, events: null },
      dials: {},
      timeScale: 1,
    });
  });

  it("takes options before environment variables before presets", () => {
    const environment = {
      SIMULATOR_TENANT_PORT: "1",
      SIMULATOR_USERS: "5",
      SIMULATOR_DIAL: "rate5xx=0.1 latencyMs=20",
    };
    const options = readCommandLine(["--tenant-port", "2", "--web-port", "none"], environment);
    should(options).match({ tenantPort: 2, webPort: null, legacyPort: 4500, legacy: { users: 5 } });
    should(options?.dials).eql({ rate5xx: 0.1, latencyMs: 20 });
  });

  it("takes several dials, and addresses with their keys", () => {
    const options = readCommandLine(
      [
        ...["--dial", "rate429=0.5", "--dial", "reorderEvents=true", "--dial", 'faultPaths=["/users"]'],
        ...["--webhook-url", "http://127.0.0.1:1880/cidaas/events", "--webhook-key", "first"],
        ...["--events-url", "http://127.0.0.1:1880/legacy/events", "--events-key", "second"],
        ...["--verification-url", "http://127.0.0.1:1880/verify"],
      ],
      {},
    );
    should(options?.dials).eql({ rate429: 0.5, reorderEvents: true, faultPaths: ["/users"] });
    should(options?.tenant?.webhook).match({
      url: "http://127.0.0.1:1880/cidaas/events",
      apikeyDetails: { apikey: "first" },
    });
    should(options?.tenant?.verificationUrl).equal("http://127.0.0.1:1880/verify");
    should(options?.legacy?.events).eql({ url: "http://127.0.0.1:1880/legacy/events", key: "second" });
  });

  it("only helps when asked for help", () => {
    should(readCommandLine(["--help"], {})).equal(null);
  });

  for (const args of [
    ["--tenant-port", "70000"],
    ["--users", "many"],
    ["--users", ""],
    ["--webhook-url", "localhost"],
    ["--unknown"],
    ["--dial", "rate5xx=2"],
    ["--dial", "nonsense=1"],
  ]) {
    it(`refuses ${args.join(" ")}`, () => {
      should(() => readCommandLine(args, {})).throw({ name: "ConfigError" });
    });
  }
});
