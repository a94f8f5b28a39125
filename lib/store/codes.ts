/** Parked under this code is whose user is gone though no event said so; a deletion that becomes known ends that. */
export const MISSING_CODE = "USER_MISSING";

/**
 * Why a person cannot be linked. It is tried again before it is parked: mostly the other lane was faster, or the other person
 * is about to be deleted.
 */
export const LINK_TAKEN = {
  code: "LINK_TAKEN",
  message:
    "The user on the other side belongs to another person. Correct the id where it is wrong, or delete the user who should not have it, then retry.",
} as const;

/** Parked under these is whose user on the other side nobody can name; a link ends that. */
export const UNLINKED_CODES = [
  "LINK_REVIEW",
  LINK_TAKEN.code,
  "CREATE_UNKNOWN",
  "FIND_AMBIGUOUS",
  "EMAIL_TAKEN",
] as const;
