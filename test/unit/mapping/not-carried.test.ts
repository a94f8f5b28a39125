import should from "should";
import { NOT_CARRIED, notCarried } from "../../../lib/mapping/not-carried";
import type { Direction } from "../../../lib/mapping/types";

describe("notCarried", () => {
  const warningsOf = (path: string, direction: Direction) =>
    notCarried([{ id: "r", cidaas: [path], direction }]).map(({ reason }) => reason);

  it("names rule, path and reason", () => {
    const rules = [
      { id: "mail", cidaas: ["email"], direction: "both" as const },
      { id: "second factor", cidaas: ["email", "mfa_enabled"], direction: "to-cidaas" as const },
    ];
    should(notCarried(rules)).eql([{ rule: "second factor", path: "mfa_enabled", reason: "mfaFactors" }]);
  });

  it("warns only of the direction in which something gets lost", () => {
    should(warningsOf("email_verified", "to-legacy")).eql([]);
    should(warningsOf("email_verified", "to-cidaas")).eql(["verifiedFlag"]);
    should(warningsOf("email_verified", "both")).eql(["verifiedFlag"]);
    should(warningsOf("password_hash_info", "to-cidaas")).eql([]);
    should(warningsOf("password_hash_info", "both")).eql(["passwordFromCidaas"]);
  });

  it("means what lies below a path, and nothing that only begins alike", () => {
    should(warningsOf("groups[0].groupId", "both")).eql(["groupRemoval"]);
    should(warningsOf("consents.0.state", "both")).eql(["consents"]);
    for (const { path } of NOT_CARRIED) should(warningsOf(`${path}_own`, "both")).eql([]);
    should(warningsOf("customFields.groups", "both")).eql([]);
  });
});
