export const LANES = ["to-legacy", "to-cidaas"] as const;
export type Lane = (typeof LANES)[number];
