import type { DatabaseSync } from "node:sqlite";
import type { StoreCipher } from "../encryption";
import { Effects } from "./effects";
import { Knowledge } from "./knowledge";
import { Leases } from "./leases";
import { Marks } from "./marks";
import { Parking } from "./parking";
import { Persons } from "./persons";

/** The tables of one database; every statement is prepared once, here. */
export interface Tables {
  effects: Effects;
  persons: Persons;
  marks: Marks;
  leases: Leases;
  knowledge: Knowledge;
  parking: Parking;
}

export function prepareTables(database: DatabaseSync, cipher: StoreCipher): Tables {
  const effects = new Effects(database);
  return {
    effects,
    persons: new Persons(database, effects),
    marks: new Marks(database, cipher, effects),
    leases: new Leases(database, cipher, effects),
    knowledge: new Knowledge(database, cipher, effects),
    parking: new Parking(database, cipher, effects),
  };
}
