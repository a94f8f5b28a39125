import { describeBraking } from "./conformance/braking";
import type { EngineFactory } from "./conformance/fixture";
import { describeForgetting } from "./conformance/forgetting";
import { describeHistories } from "./conformance/histories";
import { describeLeases } from "./conformance/leases";
import { describeLinks } from "./conformance/links";
import { describeMarks } from "./conformance/marks";
import { describeRecovery } from "./conformance/recovery";
import { describeSettlements } from "./conformance/settlements";

/** What every engine has to do, whatever database lies beneath it. */
export function describeEngine(factory: EngineFactory): void {
  describeMarks(factory);
  describeLeases(factory);
  describeSettlements(factory);
  describeLinks(factory);
  describeForgetting(factory);
  describeBraking(factory);
  describeRecovery(factory);
  describeHistories(factory);
}
