import type { JsonObject } from "../../lib/sync/types";
import type { Dials } from "../kit/dials";
import type { KitAnswer, KitRequest, Route } from "../kit/http";
import { isJsonObject } from "./account";
import { authorized, failure, success, type TenantContext } from "./answers";

const SYSTEM_FIELDS = ["email", "given_name", "family_name", "mobile_number", "birthdate", "userStatus"];
/** Smaller than clients ask for, so that they have to read on. */
const MAX_PAGE = 5;

/** The field setup (docs.cidaas.com/openapi/4.0.6/fieldSettings/graph-find-field-setups). */
export function fieldRoutes(context: TenantContext): Route[] {
  function find({ body }: KitRequest): KitAnswer {
    const { customFields, disabledFields } = context.directory.dials.dials;
    if (customFields === null) return failure(404, "not found");
    const system = SYSTEM_FIELDS.map((fieldKey) => ({ fieldKey, fieldType: "SYSTEM", enabled: true }));
    const custom = customFields.map((fieldKey) => ({
      fieldKey,
      fieldType: "CUSTOM",
      enabled: !disabledFields.includes(fieldKey),
    }));
    const { from, size } = isJsonObject(body) ? body : {};
    const start = typeof from === "number" ? from : 0;
    const page = [...system, ...custom].slice(start, start + Math.min(MAX_PAGE, Number(size ?? MAX_PAGE)));
    return page.length > 0 ? success(page) : failure(404, "no field setup matches");
  }

  return [
    {
      method: "POST",
      path: "/fieldsetup-srv/graph/fields",
      handle: authorized(context, ["cidaas:field_setup_read"], find),
    },
  ];
}

/** What of a bulk user's custom fields is kept: what is not enabled is skipped silently (interface notes, section 1.1). */
export function enabledFields(
  { customFields, disabledFields }: Dials,
  fields: JsonObject | undefined,
): JsonObject | undefined {
  if (customFields === null || fields === undefined) return fields;
  const isKept = (key: string) => customFields.includes(key) && !disabledFields.includes(key);
  return Object.fromEntries(Object.entries(fields).filter(([key]) => isKept(key)));
}
