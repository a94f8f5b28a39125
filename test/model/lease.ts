/** How long a lease of the model holds. */
export const LEASE_MS = 60_000;
