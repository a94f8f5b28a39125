import { rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import should from "should";
import { Loading, type LoadingOptions } from "../../../lib/backfill/loading";
import type { Batch } from "../../../lib/backfill/reader";
import { StoreError, type SyncError } from "../../../lib/errors";
import { readCounters } from "../../../lib/store/counters";
import type { LaneStatus } from "../../../lib/store/types";
import { LANES, type Lane } from "../../../lib/sync/types";
import { temporaryDirectory } from "../../support/user-directory";
import { waitFor } from "../../support/wait-for";

function lane(waiting: number, paused: string | false = false): LaneStatus {
  const counters = readCounters(() => 0);
  return { waiting, inFlight: 0, paused, lateConfirmations: 0, parkedNow: 0, counters };
}

interface Sent {
  ids: unknown[];
  id: string;
}

describe("A loading", () => {
  const directory = temporaryDirectory("loading");
  const path = join(directory.path, "users.csv");
  const open: Loading[] = [];
  let notes = new Map<string, string>();
  let storeFails = false;
  let paused: string | false = false;
  let waiting: Record<Lane, number> = { "to-legacy": 0, "to-cidaas": 0 };
  let sent: Sent[] = [];
  let refused: Batch["unusable"] = [];
  let problems: SyncError[] = [];

  beforeEach(() => {
    notes = new Map();
    storeFails = false;
    waiting = { "to-legacy": 0, "to-cidaas": 0 };
    paused = false;
    [sent, refused, problems] = [[], [], []];
    write(users(1, 7));
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((loading) => loading.close()));
  });

  after(() => directory.remove());

  function users(from: number, to: number): string[] {
    return Array.from({ length: to - from + 1 }, (_, index) => `${from + index},Ada`);
  }

  function write(rows: string[], time = 1_000): void {
    writeFileSync(path, `${["id,name", ...rows].join("\r\n")}\r\n`);
    utimesSync(path, time, time);
  }

  function make(options: Partial<LoadingOptions> = {}): Loading {
    const loading = new Loading({
      path,
      format: "csv",
      separator: ",",
      encoding: "utf-8",
      count: 3,
      store: {
        getNote: async (name) => notes.get(name) ?? null,
        setNote: async (name, value) => {
          if (storeFails) throw new StoreError("STORE_FULL", "The disk is full.");
          notes.set(name, value);
        },
        status: async () => {
          if (storeFails) throw new StoreError("STORE_FULL", "The disk is full.");
          const lanes = { "to-legacy": lane(waiting["to-legacy"], paused), "to-cidaas": lane(waiting["to-cidaas"]) };
          return { lanes, persons: 0, linked: 0 };
        },
      },
      takesEvents: () => true,
      send: (records, id) => void sent.push({ id, ids: records.map((record) => record.id) }),
      refuse: (unusable) => void refused.push(...unusable),
      report: (error) => void problems.push(error),
      changed: () => {},
      now: () => 0,
      run: `run-${open.length}`,
      patienceMs: 60_000,
      ...options,
    });
    open.push(loading);
    return loading;
  }

  const until = (condition: () => boolean, what: string) =>
    waitFor(condition, { timeoutMs: 2_000, everyMs: 1, what, seen: () => ({ sent, problems }) });
  const batches = (count: number) => until(() => sent.length >= count, `${count} batches`);
  const idsSent = () => sent.map(({ ids }) => ids.join(" "));
  const answer = (loading: Loading) => loading.acknowledge(sent.at(-1)?.id ?? "");

  async function answerAll(loading: Loading): Promise<void> {
    await until(() => {
      answer(loading);
      return loading.view.state === "finished";
    }, "the end of the file");
  }

  it("brings all records of the file, in order, and says that it is finished", async () => {
    const loading = make();
    await loading.start();
    await answerAll(loading);
    should(idsSent()).eql(["1 2 3", "4 5 6", "7"]);
    should(loading.view).match({ state: "finished", records: 7, unusable: 0 });
    should(loading.view.offset).equal(loading.view.size);
  });

  it("sends nothing more before the batch on its way is answered", async () => {
    const loading = make();
    await loading.start();
    await batches(1);
    loading.acknowledge("of somebody else");
    // Whoever does not wait would have read on by then: reading a file of one chunk takes a few turns.
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    should(idsSent()).eql(["1 2 3"]);
    answer(loading);
    await batches(2);
  });

  for (const full of LANES) {
    it(`sends nothing while many users wait in ${full}, and goes on when they are fewer`, async () => {
      waiting[full] = 500;
      const loading = make();
      await loading.start();
      // Whoever does not look would have sent by then: reading a file of one chunk takes a few turns.
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      should(sent).eql([]);
      should(loading.view.state).equal("running");
      waiting[full] = 499;
      await batches(1);
    });
  }

  it("does not wait for a lane that nobody takes from", async () => {
    waiting["to-legacy"] = 500;
    await make({ takesEvents: () => false }).start();
    await batches(1);
  });

  it("does not wait for a lane that a person has paused", async () => {
    waiting["to-legacy"] = 500;
    paused = "maintenance";
    await make().start();
    await batches(1);
  });

  it("takes an answer that comes while the batch is being sent", async () => {
    const loading: Loading = make({ send: (_records, id) => loading.acknowledge(id) });
    await loading.start();
    await until(() => loading.view.state === "finished", "the end of the file");
    should(loading.view.records).equal(7);
  });

  it("goes on by itself after a crash, with the batch that was not answered", async () => {
    const killed = make();
    await killed.start();
    await batches(1);
    answer(killed);
    await batches(2);
    // Nothing of the killed one is heard of again: its store is that of the next.
    const next = make();
    await next.continue();
    await batches(3);
    should(idsSent()).eql(["1 2 3", "4 5 6", "4 5 6"]);
    await answerAll(next);
    should(next.view.records).equal(7);
  });

  it("begins nothing by itself that nobody started, and nothing that is finished", async () => {
    const first = make();
    await first.continue();
    should(first.view.state).equal("idle");
    await first.start();
    await answerAll(first);
    const next = make();
    await next.continue();
    should(next.view.state).equal("finished");
    await next.start();
    should(sent).have.length(3);
  });

  it("stays paused after a restart of the process, and resumes behind the batch that was answered", async () => {
    const paused = make();
    await paused.start();
    await batches(1);
    await paused.pause();
    should(paused.view.state).equal("paused");
    answer(paused);
    await until(() => paused.view.records === 3, "the batch on its way");
    await paused.close();
    const next = make();
    await next.continue();
    should(next.view).match({ state: "paused", records: 3 });
    await next.start();
    await batches(2);
    should(idsSent()).eql(["1 2 3", "4 5 6"]);
  });

  it("resumes at once while the batch on its way is not yet answered", async () => {
    const loading = make();
    await loading.start();
    await batches(1);
    await loading.pause();
    await loading.start();
    should(loading.view.state).equal("running");
    await answerAll(loading);
    should(idsSent()).eql(["1 2 3", "4 5 6", "7"]);
  });

  it("refuses a file that was changed since, until a person restarts", async () => {
    const first = make();
    await first.start();
    await batches(1);
    answer(first);
    await batches(2);
    await first.close();
    write(users(11, 12), 2_000);
    const next = make();
    await should(next.start()).be.rejectedWith({ code: "BACKFILL_FILE_CHANGED" });
    should(next.view).match({ state: "failed", problem: "BACKFILL_FILE_CHANGED" });
    await next.restart();
    await answerAll(next);
    should(idsSent()).eql(["1 2 3", "4 5 6", "11 12"]);
    should(next.view.records).equal(2);
  });

  it("tells a file of the same size and time by its content", async () => {
    const first = make();
    await first.start();
    await first.close();
    write(users(1, 7).map((row) => row.replace("Ada", "Bob")));
    await should(make().start()).be.rejectedWith({ code: "BACKFILL_FILE_CHANGED" });
  });

  it("stops when the file is written to while it is read", async () => {
    const loading = make();
    await loading.start();
    await batches(1);
    write(users(1, 9), 2_000);
    answer(loading);
    await until(() => loading.view.state === "failed", "the failure");
    should(problems).match([{ code: "BACKFILL_FILE_CHANGED" }]);
    should(sent).have.length(1);
  });

  it("takes no answer to an earlier loading for one to its own", async () => {
    const loading = make();
    await loading.start();
    await batches(1);
    await loading.restart();
    await batches(2);
    should(sent[0]?.id).not.equal(sent[1]?.id);
    should(idsSent()).eql(["1 2 3", "1 2 3"]);
  });

  it("sends a batch again that nobody answers, and says so", async () => {
    const loading = make({ patienceMs: 1 });
    await loading.start();
    await until(() => loading.view.state === "nobodyAnswers", "the state");
    await batches(2);
    should(sent[1]).eql(sent[0]);
    await answerAll(loading);
    should(loading.view.records).equal(7);
  });

  it("keeps its place while the store takes nothing, and goes on when it does", async () => {
    const loading = make({ patienceMs: 1 });
    await loading.start();
    storeFails = true;
    await until(() => {
      answer(loading);
      return problems.length > 0;
    }, "the report");
    should(problems[0]).match({ code: "STORE_FULL" });
    should(loading.view.records).equal(0);
    storeFails = false;
    await answerAll(loading);
    should(loading.view.records).equal(7);
  });

  it("tells the line of every unusable record and goes on", async () => {
    write(["1,Ada", "2", '3,"two\nlines"', "4,a,b", "5,Ada"]);
    const loading = make();
    await loading.start();
    await answerAll(loading);
    should(refused.map(({ line, code }) => `${line} ${code}`)).eql(["3 BACKFILL_CSV", "6 BACKFILL_CSV"]);
    should(idsSent().join(" ")).equal("1 3 5");
    should(loading.view).match({ records: 3, unusable: 2 });
  });

  it("ends a file without a single record", async () => {
    write([]);
    const loading = make();
    await loading.start();
    await until(() => loading.view.state === "finished", "the end of the file");
    should(sent).eql([]);
  });

  it("tells how to mend a file that is not there", async () => {
    rmSync(path);
    const loading = make();
    await should(loading.start()).be.rejectedWith({ code: "BACKFILL_FILE", message: /ENOENT/ });
  });

  it("tells rate and remaining time by the batches of late", async () => {
    let time = 0;
    const loading = make({ now: () => time });
    await loading.start();
    await batches(1);
    time = 1_500;
    answer(loading);
    await batches(2);
    const { offset, size, perSecond, remaining } = loading.view;
    should(perSecond).equal(2);
    const header = Buffer.byteLength("id,name\r\n");
    should(remaining).equal(Math.ceil(((size - offset) * 1.5) / (offset - header)));
  });
});
