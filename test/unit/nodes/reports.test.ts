import should from "should";
import { Reports } from "../../../nodes/shared/reports";

describe("Reports of problems", () => {
  it("are news once as long as a problem goes on, and again after it was over", () => {
    let now = 0;
    const reports = new Reports(() => now);
    should(reports.isNews("full")).be.true();
    for (let count = 0; count < 100; count++) {
      now += 30_000;
      should(reports.isNews("full")).be.false();
    }
    should(reports.isNews("locked")).be.true();
    now += 60_001;
    should(reports.isNews("full")).be.true();
  });
});
