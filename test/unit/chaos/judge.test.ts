import should from "should";
import { Story } from "./histories";

describe("The judge of the chaos command", () => {
  it("finds nothing wrong where both sides hold the same", () => {
    should(Story.ofAnn().renamed(20, "user", "legacy", "Anna").renamed(30, "sync", "cidaas", "Anna").faults()).eql([]);
  });

  describe("on users", () => {
    it("finds whom one side lacks", () => {
      const story = Story.ofAnn().add(20, "legacy", "2", "created", "user", { email: "bob@example.org" });
      should(story.faults()).eql(["lost"]);
      should(story.judge().lost[0]?.text).equal("legacy 2 is missing in cidaas");
    });

    it("finds whom the sync deleted though nobody left", () => {
      should(Story.ofAnn().add(20, "cidaas", "a", "deleted", "sync").faults()).eql(["lost"]);
    });

    it("expects nobody on the other side who was in the tenant before and did nothing since", () => {
      const story = Story.ofAnn().add(2, "cidaas", "old", "created", "system", { email: "old@example.org" });
      should(story.faults()).eql([]);
      story.add(20, "cidaas", "old", "updated", "user", { given_name: "Olga" });
      should(story.faults()).eql(["lost"]);
    });

    it("knows a user whom both systems had from the start as one person", () => {
      const story = new Story()
        .add(1, "cidaas", "a", "created", "system", { email: "ann@example.org", "customFields.legacy_id": "1" })
        .add(2, "legacy", "1", "created", "system", { email: "ann@example.org" });
      should(story.faults()).eql([]);
    });

    it("finds whom the sync made a second time under the same e-mail", () => {
      const story = Story.ofAnn();
      story.add(20, "cidaas", "b", "created", "sync", { email: "ann@example.org", "customFields.legacy_id": "1" });
      should(story.faults()).containEql("madeTwice");
    });

    it("finds whom the sync made a second time though the first one is gone again", () => {
      const story = Story.ofAnn().add(15, "cidaas", "a", "deleted", "sync");
      story.add(20, "cidaas", "b", "created", "sync", {
        email: "ann@example.org",
        given_name: "Ann",
        "customFields.legacy_id": "1",
      });
      should(story.faults()).eql(["madeTwice"]);
    });

    it("finds a value that differs", () => {
      const story = Story.ofAnn().renamed(20, "user", "legacy", "Anna");
      should(story.faults()).eql(["differing"]);
      should(story.judge().stories[0]).containEql("Anna");
    });

    it("finds a new password that does not work in cidaas", () => {
      const story = Story.ofAnn();
      story.passwords.set("1", "new");
      should(story.faults()).eql(["differing"]);
      story.passwordInCidaas = "new";
      should(story.faults()).eql([]);
    });
  });

  describe("on deletions", () => {
    const missing = { lane: "to-cidaas", sub: "a", legacyId: "1", code: "USER_MISSING", message: "" };
    const lostEvent = { eventtype: "ACCOUNT_DELETED", lost: "no repetition left" };

    it("is content when both records are gone", () => {
      const story = Story.ofAnn().add(20, "cidaas", "a", "deleted", "user").add(30, "legacy", "1", "deleted", "sync");
      should(story.faults()).eql([]);
    });

    it("finds who left on one side only", () => {
      should(Story.ofAnn().add(20, "cidaas", "a", "deleted", "user").faults()).eql(["halfLeft"]);
      should(Story.ofAnn().add(20, "legacy", "1", "deleted", "user").faults()).eql(["halfLeft"]);
    });

    it("takes a missing user for explained only where the tenant gave up the event of the deletion", () => {
      const story = Story.ofAnn().add(20, "cidaas", "a", "deleted", "user");
      story.parked.push(missing);
      should(story.faults()).eql(["halfLeft", "unexplained"]);
      story.add(30, "cidaas", "a", "event", "system", lostEvent);
      should(story.faults()).eql([]);
    });

    it("does not take another event that was given up for an explanation", () => {
      const story = Story.ofAnn().add(20, "cidaas", "a", "deleted", "user");
      story.add(30, "cidaas", "a", "event", "system", { ...lostEvent, eventtype: "ACCOUNT_MODIFIED" });
      story.parked.push(missing);
      should(story.faults()).eql(["halfLeft", "unexplained"]);
    });

    it("finds whoever is parked for another reason", () => {
      const story = Story.ofAnn().add(20, "cidaas", "a", "deleted", "user");
      story.add(30, "cidaas", "a", "event", "system", lostEvent);
      story.parked.push({ ...missing, code: "LINK_TAKEN" });
      should(story.faults()).eql(["unexplained"]);
    });
  });

  describe("on overwritten edits", () => {
    /** The user's name in the legacy system is older than the one in cidaas, and replaces it. */
    const replaced = (lookAt: number | null) => {
      const story = Story.ofAnn()
        .renamed(100, "user", "legacy", "Older")
        .renamed(200, "user", "cidaas", "Newer")
        .renamed(300, "sync", "cidaas", "Older");
      if (lookAt !== null) story.looks.set("a", [50, lookAt, 400]);
      return story;
    };
    const conflict = {
      ...{ sub: "a", legacyId: "1", rule: "given_name", winner: "legacy" },
      ...{ at: 310, cidaasTime: 203, legacyTime: 100 },
    };

    it("finds an edit in the legacy system that an older value replaced", () => {
      const story = Story.ofAnn()
        .renamed(100, "user", "cidaas", "Older")
        .renamed(200, "user", "legacy", "Newer")
        .renamed(300, "sync", "legacy", "Older");
      should(story.faults()).eql(["stale"]);
    });

    it("finds an edit in cidaas that the sync had seen before its call", () => {
      should(replaced(250).faults()).eql(["stale"]);
      should(replaced(250).judge().stale[0]?.text).match(/given_name to "Newer" in cidaas \(4\) is gone/);
    });

    it("finds one where the sync never looked at all", () => {
      should(replaced(null).faults()).eql(["stale"]);
    });

    it("tells apart an edit between the last look and the call", () => {
      should(replaced(150).faults()).eql(["covered"]);
      should(replaced(150).judge().covered[0]?.coveredMs).equal(150);
    });

    it("counts a read that lags as a look at what was before", () => {
      const story = replaced(250);
      story.readLagMs = 60;
      should(story.faults()).eql(["covered"]);
    });

    it("finds one that only brought back what was agreed last", () => {
      const story = Story.ofAnn().renamed(20, "user", "cidaas", "Anna").renamed(30, "user", "cidaas", "Ann");
      story.renamed(40, "sync", "cidaas", "Annika").renamed(41, "sync", "legacy", "Annika");
      should(story.faults()).eql(["stale"]);
    });

    it("does not take a call long after the look for the open window, unless the process stood still", () => {
      const late = () => {
        const story = Story.ofAnn()
          .renamed(100, "user", "legacy", "Older")
          .renamed(200, "user", "cidaas", "Newer")
          .renamed(1600, "sync", "cidaas", "Older");
        story.looks.set("a", [150]);
        return story;
      };
      should(late().faults()).eql(["stale"]);
      const frozen = late();
      frozen.frozen.push({ from: 160, to: 700 });
      should(frozen.faults()).eql(["covered"]);
    });

    it("finds nothing where a later edit of a person replaced it", () => {
      const story = replaced(250).renamed(400, "user", "legacy", "Newest").renamed(500, "sync", "cidaas", "Newest");
      should(story.faults()).eql([]);
    });

    it("finds nothing where the sync brought it back", () => {
      const story = replaced(250).renamed(400, "sync", "cidaas", "Newer").renamed(500, "sync", "legacy", "Newer");
      should(story.faults()).eql([]);
    });

    it("finds nothing where the conflict is recorded", () => {
      const story = replaced(250);
      story.conflicts.push(conflict);
      should(story.faults()).eql([]);
    });

    for (const [what, other] of Object.entries({
      "another field": { rule: "email" },
      "another person": { sub: "b", legacyId: "2" },
      "an earlier edit": { at: 190, cidaasTime: 120 },
      "an edit that was no later than another one": { cidaasTime: 120 },
      "an edit of the other side": { winner: "cidaas" },
    })) {
      it(`does not take the record of ${what} for an excuse`, () => {
        const story = replaced(250);
        story.conflicts.push({ ...conflict, ...other });
        should(story.faults()).eql(["stale"]);
      });
    }
  });
});
