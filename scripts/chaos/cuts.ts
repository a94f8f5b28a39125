import type { Dials } from "../../simulator";

/** All of a system, its single users only, or what it writes only (bulk calls begin with `/users-srv`). */
export const CUTS: readonly Partial<Dials>[] = [
  { rate5xx: 1 },
  { rateReset: 1 },
  { rate5xx: 1, faultPaths: ["/user-srv/users", "/users/"] },
  { rateReset: 1, faultPaths: ["/users"] },
];
