import should from "should";
import { withBench } from "./fixture";
import { ALL_ACTIVE, legacyRecord, toCidaas } from "./flow";

const EMAIL = { id: "email", cidaas: "email", legacy: "email" };
const jsonata = (expression: string) => ({
  id: "nickname",
  cidaas: "nickname",
  legacy: ["first_name", "last_name"],
  direction: "to-cidaas",
  transform: "jsonata",
  options: { toCidaas: expression },
});

describe("A rule in JSONata", () => {
  const bench = withBench();

  const load = (expression: string) =>
    bench.load(toCidaas(), { sync: { rules: [EMAIL, ALL_ACTIVE, jsonata(expression)] } });
  const nicknames = async (count: number) =>
    (await bench.arrived("mapped-back", count)).map(({ payload }) => Object(payload).nickname);

  it("is evaluated by the runtime's JSONata, with its functions", async () => {
    await load('$moment("2026-11-23").format("YYYY") & first_name');
    bench.send("to-cidaas", { payload: legacyRecord({ first_name: "Ada" }) });
    should(await nicknames(1)).eql(["2026Ada"]);
  });

  it("parks the user for whom it fails, and does not read the context of flows", async () => {
    await load('$flowContext("secret")');
    bench.send("to-cidaas", { payload: [legacyRecord()] });
    const { errors } = await bench.first("invalid-back");
    should(errors).match([{ rule: "nickname", code: "JSONATA_FAILED" }]);
  });

  it("is named at the deploy when its syntax is wrong", async () => {
    await load("first_name &");
    should(await bench.red("to-cidaas")).match(/mapInvalid/);
    should(bench.logged("to-cidaas").join()).match(/rule "nickname" .*no JSONata expression/);
  });
});
