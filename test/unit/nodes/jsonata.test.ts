import { util } from "@node-red/util";
import should from "should";
import { jsonataOf, previewJsonata } from "../../../nodes/shared/jsonata";

const ENDLESS = "($again := function($x) { $again($x + 1) }; $again(l))";

describe("JSONata of a deployed map", () => {
  it("ends an expression that never would, for this user alone", async () => {
    let time = 0;
    const compile = jsonataOf({ util }, Object.create(null), () => time++);
    await should(compile(ENDLESS).evaluate({ l: 1 })).be.rejectedWith(/takes too long/);
    const calm = compile("l * 21");
    time += 5_000;
    should(await calm.evaluate({ l: 2 })).equal(42);
    time += 5_000;
    should(await calm.evaluate({ l: 2 })).equal(42);
  });
});

describe("JSONata for the preview", () => {
  it("ends an expression that never would, by the time that one request has", async () => {
    let time = 0;
    const compile = previewJsonata({ util }, () => time++);
    should(await compile("l * 21").evaluate({ l: 2 })).equal(42);
    const endless = compile(ENDLESS);
    await should(endless.evaluate({ l: 1 })).be.rejectedWith(/takes too long/);
    await should(compile("l").evaluate({ l: 1 })).be.rejectedWith(/takes too long/);
  });

  it("lends neither the environment nor the context of flows", async () => {
    const compile = previewJsonata({ util });
    for (const expression of ['$env("PATH")', '$flowContext("a")', '$globalContext("a")'])
      await should(compile(expression).evaluate({})).be.rejectedWith(/values of its own paths only/);
  });
});
