/** Text of a key below `user-sync` in the locale. */
export type Translate = (key: string, parameters?: Record<string, unknown>) => string;
