import { SyncError } from "../../errors";
import { isJsonObject } from "../json";
import { type CompileTransform, scalarText, single } from "./types";

/** Modular crypt format: version, cost with two digits, then 22 characters of salt and 31 of hash. */
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
/** Costs that cidaas has an algorithm id for; bcrypt itself begins at 4. */
const COSTS = { least: 4, most: 20 };

/** A password hash of the legacy system as `password_hash_info`. cidaas gives none out, so there is no way back. */
export const compileHash: CompileTransform = () =>
  single({
    fromCidaas: (value) => (isJsonObject(value) ? (value.passwordHash ?? null) : value),
    fromLegacy: (value) => {
      const text = scalarText(value).trim();
      bcryptCost(text);
      return text;
    },
    toCidaas: (canonical) => {
      const passwordHash = scalarText(canonical);
      return { algorithmTypeId: `BCRYPT_${bcryptCost(passwordHash)}`, passwordHash };
    },
  });

function bcryptCost(text: string): number {
  const cost = Number(BCRYPT.exec(text)?.[1]);
  if (cost >= COSTS.least && cost <= COSTS.most) return cost;
  throw new SyncError(
    "HASH_UNKNOWN",
    "the value is not a bcrypt hash that cidaas can take ($2a$, $2b$ or $2y$, cost 4 to 20)",
  );
}
