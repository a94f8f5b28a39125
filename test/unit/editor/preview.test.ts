import should from "should";
import { toPreview, toSampleResults } from "../../../nodes/shared/editor/map/answers";
import { createLatest } from "../../../nodes/shared/editor/map/latest";
import { viewOf } from "../../../nodes/shared/editor/map/preview-view";

const ASKED = [
  { id: "mail", transform: "lower", link: 11, number: 1 },
  { id: "tier", transform: "enum", link: 14, number: 3 },
];

const answer = {
  problems: [],
  mapped: { email: "a@example.org", customFields: { tier: "silver" } },
  rules: [
    { rule: "mail", position: 0, source: [], target: [{ path: "email", value: "a@example.org" }], error: null },
    { rule: "tier", position: 1, source: [], target: [{ path: "customFields.tier", value: "silver" }], error: null },
  ],
  roundTrip: [
    { rule: "mail", path: "mail", before: "A@", after: "a@", reason: "spelling", message: "another spelling" },
    { rule: "tier", path: "tier", before: "SILVER", after: "S", reason: "lost", message: "another value" },
  ],
  unmapped: ["id"],
};

describe("What the preview shows", () => {
  it("ties each value of the mapped record to the row of its rule", () => {
    const { lines } = viewOf(toPreview(answer), ASKED);
    const tied = lines.filter(({ link }) => link !== null).map(({ key, link }) => [key, link]);
    should(tied).eql([
      ['"email": ', 11],
      ['"tier": ', 14],
    ]);
  });

  it("warns at the rule whose value is lost on its way back, and not of another spelling", () => {
    const { marks, roundTrip } = viewOf(toPreview(answer), ASKED);
    should([...marks]).eql([[14, [{ level: "warning", text: '"SILVER" → "S": another value' }]]]);
    should(roundTrip.map(({ isWarning, asked }) => [asked?.number, isWarning])).eql([
      [1, false],
      [3, true],
    ]);
  });

  it("warns of a word that comes back as another one, though the sync takes both for the same", () => {
    const [item] = answer.roundTrip.map((found) => ({ ...found, rule: "tier", reason: "spelling" }));
    const { roundTrip } = viewOf(toPreview({ ...answer, roundTrip: [item] }), ASKED);
    should(roundTrip).containDeep([{ wording: "word", isWarning: true }]);
  });

  it("shows what is wrong with a rule in its row, by its place in what was asked", () => {
    const problems = [
      { position: 1, rule: "tier", path: "tier", message: "the option is missing" },
      { position: null, rule: "", path: "", message: "too many rules" },
    ];
    const { errors, marks } = viewOf(toPreview({ problems, mapped: null }), ASKED);
    should(errors.map(({ asked, text }) => [asked?.number ?? null, text])).eql([
      [3, "tier: the option is missing"],
      [null, "too many rules"],
    ]);
    should([...marks.keys()]).eql([14]);
  });

  it("shows what is wrong with the record, at its rule where it has one", () => {
    const broken = {
      mapped: null,
      rules: [{ rule: "mail", position: 0, source: [], target: null, error: { path: "mail", message: "is missing" } }],
      errors: [{ path: "id", message: "the record has no id" }],
    };
    const { errors, marks } = viewOf(toPreview(broken), ASKED);
    should(errors.map(({ text }) => text)).eql(["mail: is missing", "id: the record has no id"]);
    should(marks.get(11)).eql([{ level: "error", text: "mail: is missing" }]);
  });

  it("shows what the other rules give while one fails, and says of the failing one only that", () => {
    const [mail, tier] = answer.rules;
    const failing = { ...mail, target: null, error: { path: "mail", message: "is no e-mail address" } };
    const lost = {
      rule: "mail",
      path: "mail",
      before: "A@",
      after: null,
      reason: "error",
      message: "cannot be mapped",
    };
    const { lines, marks } = viewOf(
      toPreview({ ...answer, mapped: null, rules: [failing, tier], roundTrip: [lost] }),
      ASKED,
    );
    should(JSON.parse(lines.map(({ key, text }) => key + text).join(""))).eql({ customFields: { tier: "silver" } });
    should(marks.get(11)).eql([{ level: "error", text: "mail: is no e-mail address" }]);
  });

  it("makes nothing of an answer that it does not understand", () => {
    for (const odd of [null, [], "text", { rules: [1], mapped: [], roundTrip: {}, unmapped: [7] }]) {
      should(viewOf(toPreview(odd), ASKED)).containDeep({ errors: [], roundTrip: [], unmapped: [] });
    }
    should(toSampleResults({ results: "none" })).eql([]);
  });
});

describe("The latest question", () => {
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  function setUp() {
    const asked: { signal: AbortSignal; answer: (text: string) => void; refuse: (error: Error) => void }[] = [];
    const shown: string[] = [];
    const latest = createLatest<string>({
      delayMs: 0,
      ask: (signal) => new Promise((answer, refuse) => asked.push({ signal, answer, refuse })),
      show: (text) => shown.push(text),
      fail: (error) => shown.push(String(error)),
    });
    const untilAsked = async (count: number) => {
      while (asked.length < count) await settle();
    };
    return { asked, shown, latest, untilAsked };
  }

  it("is asked once for many edits in a row", async () => {
    const { asked, latest, untilAsked } = setUp();
    for (let count = 0; count < 5; count++) latest.request();
    await untilAsked(1);
    await settle();
    should(asked).have.length(1);
  });

  it("makes an older one outdated: its answer is not shown, nor its failure", async () => {
    const { asked, shown, latest, untilAsked } = setUp();
    latest.request();
    await untilAsked(1);
    latest.request();
    await untilAsked(2);
    should(asked[0]?.signal.aborted).be.true();
    asked[1]?.answer("new");
    asked[0]?.refuse(new Error("aborted"));
    await settle();
    should(shown).eql(["new"]);
  });

  it("is given up when the dialog closes", async () => {
    const { asked, shown, latest, untilAsked } = setUp();
    latest.request();
    await untilAsked(1);
    latest.cancel();
    asked[0]?.answer("late");
    await settle();
    should(shown).eql([]);
  });

  it("shows why it failed", async () => {
    const { asked, shown, latest, untilAsked } = setUp();
    latest.request();
    await untilAsked(1);
    asked[0]?.refuse(new Error("no answer"));
    await settle();
    should(shown).eql(["Error: no answer"]);
  });
});
