import { isJsonObject } from "../mapping/json";
import type { Json } from "../sync/types";
import type { TenantCalls } from "./calls";
import { textOf } from "./json";
import { invalidAnswer } from "./profile";
import type { FieldSetup } from "./types";

const SCOPE = "cidaas:field_setup_read";
const PAGE = 100;
/** More pages than any tenant has; a tenant that gives new keys for ever is cut off here. */
const MAX_PAGES = 100;
/** The client may not, or the tenant is older than the endpoint. */
const NOT_ALLOWED: readonly number[] = [401, 403, 404];

/**
 * See `Tenant.readFields`. Path, scope, `from` and `size`, and the statuses 200, 400, 401 and 404 (nothing found) are
 * documented (docs.cidaas.com/openapi/4.0.6/fieldSettings/graph-find-field-setups). `data` as an array of objects with
 * `fieldKey` and `enabled` is from the code of the vendor's Terraform provider (3.5.5 and later), which sends an empty
 * object and no page. [ND]: the largest `size`, the default one, and whether 403 or 401 answers a missing scope; so pages
 * are read until one brings nothing new, whatever their size.
 */
export async function readFields(calls: TenantCalls): Promise<FieldSetup | null> {
  const fields = new Map<string, boolean>();
  for (let page = 0, from = 0; page < MAX_PAGES; page += 1) {
    const body = { from, size: PAGE };
    const answer = await calls.send({ method: "POST", path: "/fieldsetup-srv/graph/fields", body });
    const isEnd = answer.status === 204 || (answer.status === 404 && fields.size > 0);
    if (isEnd) return fields;
    if (NOT_ALLOWED.includes(answer.status)) return null;
    if (answer.status !== 200) throw calls.failure(answer, SCOPE);
    const entries = entriesOf(answer.body);
    const before = fields.size;
    for (const entry of entries) addField(fields, entry);
    if (fields.size === before) return fields;
    from += entries.length;
  }
  return fields;
}

function entriesOf(body: Json): Json[] {
  const data = isJsonObject(body) ? body.data : body;
  if (data === null) return [];
  if (!Array.isArray(data)) throw invalidAnswer("It is no list of fields.");
  return data;
}

function addField(fields: Map<string, boolean>, entry: Json): void {
  const key = isJsonObject(entry) ? textOf(entry.fieldKey) : null;
  // A field that does not say so counts as enabled: it would be refused, and not dropped in silence, if we were wrong.
  if (key !== null) fields.set(key, !(isJsonObject(entry) && entry.enabled === false));
}
