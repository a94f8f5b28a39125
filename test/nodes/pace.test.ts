import should from "should";
import { Pace } from "../../nodes/bulk-batcher/pace";

describe("The pace of a batcher", () => {
  const SIZE = 50;
  const WAIT = 1_000;
  let pace: Pace;

  beforeEach(() => {
    pace = new Pace(SIZE, WAIT, () => {});
  });

  afterEach(() => pace.close());

  it("lets the first user after a quiet time go at once", () => {
    should(pace.allowed(200, 0)).equal(SIZE);
  });

  it("gathers what trickles in", () => {
    pace.allowed(200, 0);
    pace.took(1, 0);
    should(pace.allowed(200, WAIT - 1)).equal(0);
    should(pace.allowed(200, WAIT)).equal(SIZE);
  });

  it("takes batch after batch while there is a backlog", () => {
    pace.allowed(200, 0);
    pace.took(SIZE, 0);
    should(pace.allowed(150, 1)).equal(SIZE);
  });

  it("goes on with a backlog after a take that had only room for a part", () => {
    pace.allowed(3, 0);
    pace.took(3, 0);
    should(pace.allowed(SIZE, 1)).equal(SIZE);
  });

  it("waits for room for a whole batch while there is a backlog, but not for longer than it gathers", () => {
    pace.allowed(200, 0);
    pace.took(SIZE, 0);
    should(pace.allowed(3, WAIT - 1)).equal(0);
    should(pace.allowed(3, WAIT)).equal(3);
  });
});
