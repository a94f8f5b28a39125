import type { Tenant } from "../../lib/cidaas/types";
import { CallError } from "../../lib/errors";
import type { LegacyTarget } from "../../lib/legacy/types";
import type { Side } from "../../lib/sync/types";
import { type Calls, type Faults, failed } from "./calls";
import type { Chance } from "./scheduler";
import type { World } from "./world";

const TIMEOUT_MS = 5_000;

/** Calls to a system that may be out. */
function callsTo(side: Side, world: World, calls: Calls): Pick<Calls, "read" | "write"> {
  const unlessOut =
    <T>(act: () => T) =>
    () => {
      if (world.isOut(side)) throw failed("TRY_LATER", "transient");
      return act();
    };
  return {
    read: (look) => calls.read(unlessOut(look)),
    write: (startBefore, act) => calls.write(startBefore, unlessOut(act)),
  };
}

/** The tenant as one process calls it. */
export function tenantOf(world: World, every: Calls, chance: Chance, faults: () => Faults): Tenant {
  const calls = callsTo("cidaas", world, every);
  return {
    baseUrl: "https://tenant.invalid",
    timeoutMs: TIMEOUT_MS,
    readUser: (sub) => calls.read(() => world.readTenant(sub, chance, chance.happens(faults().lagging))),
    bulk: (users, startBefore) =>
      calls.write(startBefore, () =>
        users.map((body) => {
          if (typeof body.sub !== "string") throw new Error("the model gives every user a sub");
          const owner = typeof body.email === "string" ? world.tenantUser(body.email) : undefined;
          if (owner && owner.sub !== body.sub)
            return { state: "FAILED", code: "EMAIL_TAKEN", message: "The e-mail is taken.", tries: 2 } as const;
          return { state: world.bulkTenant(body.sub, body), sub: body.sub };
        }),
      ),
    setStatus: (sub, status, _reason, startBefore) =>
      calls.write(startBefore, () => {
        if (world.tenant.has(sub)) world.putTenant(sub, { userStatus: status }, "ACCOUNT_MODIFIED");
      }),
    updateProfile: (sub, { userData }, startBefore) =>
      calls.write(startBefore, () => {
        if (world.tenant.has(sub)) world.putTenant(sub, userData, "ACCOUNT_MODIFIED");
      }),
    purge: (sub, startBefore) =>
      calls.write(startBefore, () => {
        if (world.tenant.has(sub)) written(world, `purge ${sub.slice(0, 8)}`);
        world.deleteTenant(sub);
      }),
    findSub: (identifier) => calls.read(() => world.tenantUser(identifier)?.sub ?? null),
    async *readAll({ updatedSince = 0 }) {
      const all = await calls.read(() => structuredClone([...world.tenant.values()]));
      yield all.filter((user) => Date.parse(String(user.updatedTime)) >= updatedSince);
    },
    readFields: async () => null,
    connect: async () => {},
    close: () => {},
  };
}

/** The legacy system as one process calls it. */
export function legacyOf(world: World, every: Calls): LegacyTarget {
  const calls = callsTo("legacy", world, every);
  return {
    canRead: true,
    canFind: true,
    canDelete: true,
    updates: "merge",
    timeoutMs: TIMEOUT_MS,
    create: ({ sub }, record, startBefore) =>
      calls.write(startBefore, () => {
        if (world.legacyUser(String(record.email)))
          throw new CallError("LEGACY_CONFLICT", "The e-mail is taken.", { failure: "permanent", status: 409 });
        written(world, `legacy: create ${JSON.stringify(record)}`);
        const model = world.tenant.get(sub ?? "");
        const owner = world.owners.get(sub ?? "") ?? String(record.email);
        return { legacyId: world.makeLegacy(owner, { ...record, verified: model?.email_verified !== false }) };
      }),
    update: ({ legacyId }, record, startBefore) =>
      calls.write(startBefore, () => {
        if (legacyId === null || !world.legacy.has(legacyId)) return "missing";
        written(world, `legacy: update ${legacyId} ${JSON.stringify(record)}`);
        world.hideInLegacy(legacyId, record);
        world.putLegacy(legacyId, record);
        return "updated";
      }),
    remove: ({ legacyId }, startBefore) =>
      calls.write(startBefore, () => {
        if (legacyId === null || !world.legacy.has(legacyId)) return;
        written(world, `legacy: remove ${legacyId}`);
        world.deleteLegacy(legacyId);
      }),
    read: ({ legacyId }) => calls.read(() => structuredClone(world.legacy.get(legacyId ?? "") ?? null)),
    find: (_ids, record) =>
      calls.read(() => {
        const found = world.legacyUser(String(record.email));
        return found ? [{ legacyId: String(found.id), record: structuredClone(found) }] : [];
      }),
    close: () => {},
  };
}

function written(world: World, what: string): void {
  world.writes += 1;
  world.note(what);
}
