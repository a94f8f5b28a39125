import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import should from "should";
import { temporaryDirectory } from "../support/user-directory";
import { withBench } from "./fixture";
import { ALL_ACTIVE, type FlowItem, node, type Properties, probe, toCidaas } from "./flow";

/** Maps the file of these tests. */
const RULES = {
  sync: {
    firstContact: "newest",
    legacyTime: "",
    rules: [
      { id: "email", cidaas: "email", legacy: "email" },
      { id: "name", cidaas: "family_name", legacy: "name" },
      ALL_ACTIVE,
    ],
  },
};

describe("user-sync-backfill", () => {
  const directory = temporaryDirectory("backfill-node");
  const file = join(directory.path, "users.csv");
  const bench = withBench();
  let round = 0;

  after(() => directory.remove());

  beforeEach(() => {
    round += 1;
    write([1, 2, 3, 4, 5]);
  });

  function write(ids: number[], time = 1_900_000_000): void {
    const rows = ids.map((id) => `${id},backfill${round}.${id}@example.org,Number${id}`);
    writeFileSync(file, ["id,email,name", ...rows, ""].join("\n"));
    utimesSync(file, time, time);
  }

  /** The node with a probe on each output; users go to these nodes besides. */
  function backfill(properties: Properties = {}, ...behind: string[]): FlowItem[] {
    return [
      node("backfill", "user-sync-backfill", [["users", ...behind], ["unusable"], ["answers"]], {
        file,
        batch: 2,
        ...properties,
      }),
      ...["users", "unusable", "answers"].map(probe),
    ];
  }

  /** The whole flow: what is accepted comes back. */
  function loadingFlow(properties: Properties = {}): FlowItem[] {
    const others = toCidaas().map((item) =>
      item.id === "batcher"
        ? {
            ...item,
            wires: [
              ["upsert", "batch"],
              ["safe", "backfill"],
            ],
          }
        : item,
    );
    return [...others, ...backfill(properties, "to-cidaas")];
  }

  const operate = (topic: string) => bench.send("backfill", { topic });
  const idsSent = () =>
    bench.messages("users").map(({ payload }) => Object.values(Object(payload)).map((user) => Object(user).id));

  /** Answers the newest batch as the batcher does. */
  const answer = () => {
    const last = bench.messages("users").at(-1);
    bench.send("backfill", { ...last, payload: [] });
  };

  it("brings every user of the file to cidaas, and tells the end", async () => {
    await bench.load(loadingFlow(), RULES);
    await bench.green("backfill", "batcher", "upsert");
    operate("start");
    await bench.settled("to-cidaas", 5);
    should((await bench.counters("to-cidaas")).delivered).equal(5);
    const answers = await bench.arrived("answers", 2);
    should(answers.at(-1)).match({ topic: "finished", payload: { state: "finished", records: 5, unusable: 0 } });
    should(idsSent()).eql([["1", "2"], ["3", "4"], ["5"]]);
    await bench.until(() => bench.shown("backfill").text.includes("loaded"), "the status");
    should(bench.caught()).eql([]);
  });

  it("marks the users with the time of the file, or the one that a person gave", async () => {
    await bench.load(backfill(), RULES);
    operate("start");
    should((await bench.first("users")).sync).eql({ backfill: new Date(1_900_000_000_000).toISOString() });
    await bench.unload();
    await bench.load(backfill({ exportedAt: "2026-01-31" }), RULES);
    operate("start");
    should((await bench.first("users")).sync).eql({ backfill: "2026-01-31T00:00:00.000Z" });
  });

  it("never has more than one message on its way", async () => {
    await bench.load(backfill(), RULES);
    operate("start");
    await bench.arrived("users");
    bench.send("backfill", { backfill: { id: "another" } });
    bench.send("backfill", { ...(await bench.first("users")), error: { message: "from a Catch node" } });
    operate("status");
    await bench.arrived("answers", 2);
    should(idsSent()).eql([["1", "2"]]);
    answer();
    await bench.arrived("users", 2);
    should(idsSent()).eql([
      ["1", "2"],
      ["3", "4"],
    ]);
  });

  it("goes on by itself behind the last answered message after it was closed", async () => {
    await bench.load(backfill(), RULES);
    operate("start");
    await bench.arrived("users");
    answer();
    await bench.arrived("users", 2);
    await bench.unload();
    await bench.reload(backfill(), RULES);
    await bench.arrived("users");
    should(idsSent()).eql([["3", "4"]]);
    answer();
    await bench.arrived("users", 2);
    should(idsSent()).eql([["3", "4"], ["5"]]);
  });

  it("refuses a file that was exchanged meanwhile, until a person says restart", async () => {
    await bench.load(backfill(), RULES);
    operate("start");
    await bench.arrived("users");
    await bench.unload();
    write([8, 9], 1_900_000_100);
    await bench.reload(backfill(), RULES);
    should(await bench.red("backfill")).match(/fileChanged/);
    should(bench.caught()).match([{ code: "BACKFILL_FILE_CHANGED" }]);
    operate("resume");
    await bench.until(() => bench.caught().length === 2, "the second error");
    should(bench.messages("users")).be.empty();
    operate("restart");
    await bench.arrived("users");
    should(idsSent()).eql([["8", "9"]]);
  });

  it("tells an unusable record by its line, without its values", async () => {
    writeFileSync(file, "id,email,name\n1,one@example.org\n");
    await bench.load(backfill(), RULES);
    operate("start");
    const { payload, error } = await bench.first("unusable");
    should(payload).eql({ line: 2 });
    should(error).have.property("code", "BACKFILL_CSV");
    should(JSON.stringify(error)).not.match(/one@example/);
  });

  it("reads on behind users of whom the map takes none", async () => {
    const row = (id: string) => `${id},unmapped${round}.${id}@example.org,Number`;
    writeFileSync(file, ["id,email,name", row(""), row(" "), row("7"), ""].join("\n"));
    await bench.load(loadingFlow(), RULES);
    operate("start");
    await bench.arrived("invalid-back", 2);
    await bench.until(async () => (await bench.counters("to-cidaas")).delivered === 1, "the user who can be mapped");
  });

  it("pauses and resumes, and says so", async () => {
    await bench.load(backfill(), RULES);
    operate("start");
    await bench.arrived("users");
    operate("pause");
    const answers = await bench.arrived("answers", 2);
    should(answers[1]).match({ topic: "pause", payload: { state: "paused" } });
    answer();
    await bench.until(() => bench.shown("backfill").text.includes("paused"), "the status");
    operate("resume");
    await bench.arrived("users", 2);
  });

  it("takes no notice of live changes that the same batcher has accepted", async () => {
    await bench.load(loadingFlow(), RULES);
    bench.send("to-cidaas", { payload: { id: "77", email: `live${round}@example.org`, name: "Live" } });
    await bench.first("safe");
    operate("start");
    await bench.settled("to-cidaas", 6);
    should(bench.caught()).eql([]);
  });

  it("answers a topic that it does not know with those that it knows", async () => {
    await bench.load(backfill(), RULES);
    operate("explode");
    await bench.until(() => bench.caught().length > 0, "the error");
    should(bench.caught()).match([{ code: "BACKFILL_TOPIC", message: /start, pause, resume, restart, status/ }]);
  });

  for (const [what, properties, expected] of [
    ["a missing file", { file: "" }, /file: is missing/],
    ["a separator of several characters", { separator: "::" }, /separator: must be one character/],
    ["a time of export that is none", { exportedAt: "yesterday" }, /exportedAt: must be a time/],
  ] satisfies [string, Properties, RegExp][]) {
    it(`names ${what} of its configuration`, async () => {
      await bench.load(backfill(properties), RULES);
      await bench.red("backfill");
      should(bench.logged("backfill").join()).match(expected);
    });
  }
});
