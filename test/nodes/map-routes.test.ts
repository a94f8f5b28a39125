import { readFileSync } from "node:fs";
import { join } from "node:path";
import helper from "node-red-node-test-helper";
import should from "should";
import userSync from "../../nodes/user-sync/user-sync";

const RULES = [
  { id: "email", cidaas: "email", legacy: "mail", transform: "lower" },
  { id: "hash", cidaas: "password_hash_info", legacy: "password", transform: "hash", options: { format: "bcrypt" } },
];
const HASH = "$2b$10$abcdefghijklmnopqrstuuMZ8xSvVxNL1B6bM4Q0kqzZcJ5p6q7rW";

helper.init(require.resolve("node-red"));

describe("The admin routes of the field map", () => {
  before(() => helper.load([userSync], []));

  after(() => helper.unload());

  async function post(path: string, body: unknown) {
    const answer = await helper
      .request()
      .post(`/user-sync/${path}`)
      .set("content-type", "application/json")
      .send(typeof body === "string" ? body : JSON.stringify(body));
    return { status: answer.status, body: answer.body };
  }

  async function get(path: string) {
    const answer = await helper.request().get(`/user-sync/${path}`);
    return { status: answer.status, body: answer.body };
  }

  const legacy = (members: object) => ({ rules: RULES, side: "legacy", record: { mail: "A@Example.org" }, ...members });

  it("show what a map makes of a record, before any user-sync is deployed", async () => {
    const { status, body } = await post("preview", legacy({}));
    should(status).equal(200);
    should(body).match({ problems: [], mapped: { email: "a@example.org" }, errors: [], unmapped: [] });
    should(body.rules[0]).eql({
      rule: "email",
      position: 0,
      source: [{ path: "mail", value: "A@Example.org" }],
      target: [{ path: "email", value: "a@example.org" }],
      error: null,
    });
    should(body.roundTrip).match([{ rule: "email", path: "mail", reason: "spelling" }]);
  });

  it("check what would be written to cidaas as field-mapper does, and tell it at the rule", async () => {
    const { body } = await post("preview", legacy({ record: { mail: "nobody" } }));
    should(body).match({ mapped: null, errors: [], rules: [{ error: { path: "email", code: "EMAIL_SYNTAX" } }] });
  });

  it("never show a secret", async () => {
    const { body } = await post("preview", legacy({ record: { mail: "a@example.org", password: HASH } }));
    should(body.mapped.password_hash_info).equal("•••");
    should(body.rules[1].source).eql([{ path: "password", value: "•••" }]);
    should(JSON.stringify(body)).not.containEql(HASH.slice(8));
  });

  it("name every problem of the map by the place of its rule", async () => {
    const rules = [
      RULES[0],
      { id: "x", cidaas: "a", legacy: "b", transform: "reverse" },
      { cidaas: "c[", legacy: "d" },
    ];
    const { status, body } = await post("preview", legacy({ rules }));
    should(status).equal(200);
    should(body.problems[0]).eql({ position: 1, rule: "x", path: "a, b", message: 'transform "reverse" is unknown' });
    should(body.problems[1]).match({ position: 2, rule: "", path: "c[, d" });
    should(body).match({ mapped: null, rules: [], roundTrip: [], unmapped: [] });
  });

  it("evaluate JSONata, without the environment", async () => {
    const tried = async (toCidaas: string) => {
      const rule = { id: "j", cidaas: "c", legacy: "l", direction: "to-cidaas", transform: "jsonata" };
      const rules = [{ ...rule, options: { toCidaas } }];
      return (await post("preview", { rules, side: "legacy", record: { l: 2 } })).body;
    };
    should((await tried("l * 21")).mapped).eql({ c: 42 });
    should((await tried('$env("PATH")')).rules[0].error).match({ code: "JSONATA_FAILED" });
  });

  it("run samples", async () => {
    const sample = { side: "legacy", record: { mail: "A@example.org" } };
    const samples = [
      { ...sample, name: "right", expected: { email: "a@example.org" } },
      { ...sample, name: "wrong", expected: { email: "A@example.org" } },
    ];
    should((await post("samples", { rules: RULES, samples })).body).eql({
      results: [
        { name: "right", passed: true, differences: [], message: "" },
        {
          name: "wrong",
          passed: false,
          differences: [{ path: "email", expected: "A@example.org", actual: "a@example.org" }],
          message: "",
        },
      ],
    });
    const invalid = await post("samples", { rules: [{ cidaas: "a" }], samples });
    should(invalid).match({ status: 400, body: { code: "MAP_INVALID" } });
  });

  it("refuse what is too large, too deep or no request, without repeating it", async () => {
    const deep = `${'{"a":'.repeat(5_000)}"secret"${"}".repeat(5_000)}`;
    const requests = [
      "[]",
      "{}",
      legacy({ side: "elsewhere" }),
      legacy({ record: ["secret"] }),
      `{"rules":[],"side":"legacy","record":${deep}}`,
      `{"rules":${deep},"side":"legacy","record":{}}`,
      legacy({ record: { mail: "secret".repeat(200_000) } }),
      legacy({ rules: Array.from({ length: 201 }, (_, place) => ({ cidaas: `c${place}`, legacy: `l${place}` })) }),
    ];
    for (const request of requests) {
      const { status, body } = await post("preview", request);
      should(status).equal(400, JSON.stringify(request).slice(0, 80));
      should(body).match({ code: "ARGUMENT_INVALID", message: String });
      should(body.message).not.containEql("secret");
    }
    for (const samples of ["all", [{ name: "", side: "legacy", record: {}, expected: {} }], [null]])
      should(await post("samples", { rules: RULES, samples })).match({
        status: 400,
        body: { code: "ARGUMENT_INVALID" },
      });
  });

  it("list the presets and give each of them whole", async () => {
    const { presets } = (await get("presets")).body;
    should(presets.length).be.aboveOrEqual(1);
    for (const preset of presets) {
      should(preset).have.keys("id", "title", "description");
      const file = readFileSync(join(__dirname, "../../presets", `${preset.id}.json`), "utf8");
      should((await get(`presets/${preset.id}`)).body).eql(JSON.parse(file));
    }
  });

  it("give presets whose samples pass", async () => {
    for (const { id } of (await get("presets")).body.presets) {
      const { rules, settings, samples } = (await get(`presets/${id}`)).body;
      const { results } = (await post("samples", { ...settings, rules, samples })).body;
      should(results).have.length(samples.length);
      for (const result of results) should(result).match({ passed: true });
    }
  });

  it("answer 404 for a preset that is not there, whatever its name", async () => {
    for (const id of ["none", "..%2Fpackage", "%2e%2e", "SCIM", "a.json", "a%00"])
      should(await get(`presets/${id}`)).match({ status: 404 });
    should((await get("presets/none")).body).match({ code: "PRESET_UNKNOWN" });
  });
});
