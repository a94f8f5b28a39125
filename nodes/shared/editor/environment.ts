const ENVIRONMENT_VALUE = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;

/** True for a value that is an `${ENV_VAR}` as a whole; the runtime puts the variable in its place. */
export function isEnvironmentValue(value: unknown): value is string {
  return typeof value === "string" && ENVIRONMENT_VALUE.test(value);
}
