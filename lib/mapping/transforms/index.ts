import { date } from "./date";
import { hash } from "./hash";
import { phone } from "./phone";
import { boolean, enumeration, number } from "./scalar";
import { constant, list, name } from "./structure";
import { template } from "./template";
import { copy, lower, trim, upper } from "./text";
import type { Transform } from "./types";

/** Every transform by the name that rules call it. */
export const TRANSFORMS: Readonly<Record<string, Transform>> = {
  copy,
  trim,
  lower,
  upper,
  number,
  boolean,
  enum: enumeration,
  date,
  phone,
  constant,
  template,
  list,
  name,
  hash,
};

/** Named by the contract, refused until they are there. */
export const ANNOUNCED_TRANSFORMS: readonly string[] = ["country", "language", "jsonata"];
