import should from "should";
import { pause, World } from "./harness";

const SEED = Number(process.env.SEED ?? 1);

describe("A first load", function () {
  this.timeout(30_000);
  let world: World;

  afterEach(() => world.close());

  it("brings 200 legacy users into an empty tenant, and then rests", async () => {
    world = await World.open({ seed: SEED, users: 200 });

    await world.load();
    await world.quiet();

    should(world.simulator.tenant.snapshot()).have.length(200);
    should(world.differences()).eql([], world.told("the sides differ"));
    should(world.createdTwice()).eql([]);
    should(await world.parked()).eql([]);
    const calls = world.calls();
    await pause(200);
    should(world.calls()).eql(calls, world.told("calls go on after all is quiet"));
  });
});
