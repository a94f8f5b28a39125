import type { Node, NodeAPI } from "node-red";
import type { JsonataCompiler } from "../../lib/mapping/transforms/types";

/** JSONata as the runtime has it, with its functions such as `$moment` and `$env`. */
export function jsonataOf(RED: Pick<NodeAPI, "util">, node: Node): JsonataCompiler {
  return (text) => {
    const expression = RED.util.prepareJSONataExpression(text, node);
    // Values from elsewhere would change what a user is mapped to without a change that anybody sees.
    for (const name of ["flowContext", "globalContext"]) expression.assign(name, unavailable);
    return expression;
  };
}

function unavailable(): never {
  throw new Error("A rule of the field map sees the values of its own paths only.");
}
