/** Parked under this code is whose user is gone though no event said so; a deletion that becomes known ends that. */
export const MISSING_CODE = "USER_MISSING";

/** Parked under these is whose user on the other side nobody can name; a link ends that. */
export const UNLINKED_CODES = ["LINK_REVIEW", "LINK_TAKEN", "CREATE_UNKNOWN", "FIND_AMBIGUOUS", "EMAIL_TAKEN"] as const;
