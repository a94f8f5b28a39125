import { StoreError } from "../../lib/errors";

/**
 * The pages of a long reading until the signal says that a node closes: then it ends with `STORE_CLOSED` before the
 * next page, and the next start goes on from the position kept.
 */
export async function* untilClosed<T>(pages: AsyncIterable<T>, closing: AbortSignal): AsyncGenerator<T> {
  for await (const page of pages) {
    if (closing.aborted) throw new StoreError("STORE_CLOSED", "The node was closed while it read the tenant's users.");
    yield page;
  }
}
