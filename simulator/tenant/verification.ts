import { isObject, type StoredPassword } from "./account";

const TIMEOUT_MS = 10_000;

/** Whether the tenant cannot verify the password itself. */
export function isCustom({ algorithmTypeId }: StoredPassword): boolean {
  return algorithmTypeId.startsWith("CUSTOM");
}

/** Asks the verification service of a `CUSTOM…` algorithm, as a tenant does. No service, or no clear yes, is a no. */
export async function verifyByService(url: string | null, stored: StoredPassword, password: string): Promise<boolean> {
  if (url === null) return false;
  const address = new URL(url);
  address.searchParams.set("action", "compare");
  const { algorithmTypeId: algorithm, passwordHash, hData } = stored;
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ passwordVerification: { passwordHash, hData }, password, algorithm }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer: unknown = response.status === 200 ? await response.json() : null;
    return isObject(answer) && isObject(answer.data) && answer.data.verified === true;
  } catch {
    return false;
  }
}
