import type { Dials } from "../kit/dials";
import type { KitAnswer, Route } from "../kit/http";
import { authorized, bulkFailure, type TenantContext } from "./answers";
import { type BulkState, hasInvalidDomain, holds, processUser } from "./bulk";
import { emailsIn, readBatch } from "./bulk-entry";

/** Bulk migration of users (section 1 of the interface notes). */
export function bulkRoutes(context: TenantContext): Route[] {
  const { directory } = context;
  return [
    {
      method: "POST",
      path: "/users-srv/user/bulk",
      handle: authorized(context, ["cidaas:bulk_user_create"], ({ body }, actor) => {
        const batch = readBatch(body);
        if (!batch.ok) return bulkFailure(batch.status, batch.error);
        const { dials, random } = directory.dials;
        const brings = (emails: readonly string[]) =>
          batch.users.some((user) => emailsIn(user).some((email) => holds(emails, email)));
        if (brings(dials.poisonEmails)) return bulkFailure(417, "validation failed");
        if (brings(dials.crashEmails)) return bulkFailure(500, "internal error");
        if (brings(dials.hangEmails)) return new Promise(() => {});
        if (dials.invalidEmail507 === "status" && batch.users.some((user) => hasInvalidDomain(user, dials))) {
          return bulkFailure(507, "invalid email passed");
        }
        const states = batch.users.map((user) => processUser(directory, user, actor));
        const given = states.filter(() => !random.chance(dials.rateMissingResult));
        return renderStates(dials.shuffleResults ? random.shuffle(given) : given, dials);
      }),
    },
  ];
}

function renderStates(states: readonly BulkState[], dials: Readonly<Dials>): KitAnswer {
  const results = states.map(({ state, ...result }) => ({
    ...result,
    ...(dials.stateKey === null ? {} : { [dials.stateKey]: state }),
  }));
  return { status: 200, body: contained(results, dials.answerContainer) };
}

function contained(results: unknown[], container: Dials["answerContainer"]): unknown {
  if (container === "array") return results;
  if (container === "process_states") return { process_states: results };
  const data = container === "data-array" ? results : { process_states: results };
  return { success: true, status: 200, data };
}
