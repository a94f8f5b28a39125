import { compileUserCheck } from "../../lib/cidaas/user-schema";
import type { SyncContext } from "../../lib/delivery/context";
import { policyOf } from "../../lib/delivery/opaque";
import { compileMap } from "../../lib/mapping/compile";
import { parseRules } from "../../lib/mapping/rules";
import type { Side } from "../../lib/sync/types";
import { EDITED, type EditedRule } from "./world";

/** What may differ in the rule of a value that people edit. Each transform leaves the model's values as they are. */
export interface RuleShape {
  direction: "both" | "to-cidaas" | "to-legacy";
  conflict: "newest" | Side;
  transform: "copy" | "trim" | "lower";
}

export type Shapes = Record<EditedRule, RuleShape>;

const PLAIN: RuleShape = { direction: "both", conflict: "newest", transform: "copy" };
export const PLAIN_SHAPES: Shapes = { first: PLAIN, last: PLAIN };

type Compiled = Pick<SyncContext, "map" | "policies" | "checkCidaas">;

const compiled = new Map<string, Compiled>();

/** What a process needs of its rules; made once for all processes with the same ones. */
export function compiledRules(shapes: Shapes): Compiled {
  const key = JSON.stringify(shapes);
  const made = compiled.get(key) ?? compile(shapes);
  compiled.set(key, made);
  return made;
}

function compile(shapes: Shapes): Compiled {
  const rules = parseRules([
    { id: "email", cidaas: "email", legacy: "email", direction: "both", transform: "copy" },
    ...EDITED.map(({ rule, cidaas, legacy }) => ({ id: rule, cidaas, legacy, ...shapes[rule] })),
    {
      id: "status",
      cidaas: "userStatus",
      legacy: [],
      direction: "to-cidaas",
      write: "create",
      transform: "constant",
      options: { toCidaas: "VERIFIED" },
    },
  ]);
  return { map: compileMap(rules), policies: rules.map(policyOf), checkCidaas: compileUserCheck(rules) };
}
