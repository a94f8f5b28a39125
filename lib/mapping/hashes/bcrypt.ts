import { type HashFormat, hashInfo, hashText, notA, ONE_COLUMN } from "./types";

/**
 * Modular crypt format: version, cost with two digits, then 22 characters of salt and 31 of hash. LDAP servers and Spring
 * Security put a scheme in front.
 */
const BCRYPT = /^(?:\{(?:crypt|CRYPT|bcrypt)\})?(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/;
/** Costs that cidaas has an algorithm id for; bcrypt itself begins at 4. */
const COSTS = { least: 4, most: 20 };

/** The cost is part of the algorithm's id, the rest stays in the text. */
export const bcrypt: HashFormat = {
  columns: ONE_COLUMN,
  read([value]) {
    const [, text = "", digits] = BCRYPT.exec(hashText(value)) ?? [];
    const cost = Number(digits);
    if (cost >= COSTS.least && cost <= COSTS.most) return hashInfo(`BCRYPT_${cost}`, text);
    throw notA("a bcrypt hash that cidaas can take ($2a$, $2b$ or $2y$, cost 4 to 20)");
  },
};
