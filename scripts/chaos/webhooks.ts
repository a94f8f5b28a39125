import { type Demo, WEBHOOK_KEY } from "../demo/processes";

/** No answer: the connection broke, or nothing came in time. */
const NO_ANSWER = 0;
const ANSWER_WITHIN_MS = 10_000;

/**
 * Sends an event for so many users of the tenant, as a tenant that repeats its last one would; resolves with the
 * statuses of the answers.
 */
export async function resendWebhooks({ nodeRed, simulator }: Demo, most = Infinity): Promise<number[]> {
  const url = `${nodeRed.url}/cidaas/events`;
  const users = simulator.tenant.snapshot().slice(0, most);
  return Promise.all(
    users.map(async ({ sub, updatedTime }) => {
      const body = { eventtype: "ACCOUNT_MODIFIED", objectId: sub, objectType: "users", createTime: updatedTime };
      try {
        const answer = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json", "x-api-key": WEBHOOK_KEY },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        });
        await answer.arrayBuffer();
        return answer.status;
      } catch {
        return NO_ANSWER;
      }
    }),
  );
}
