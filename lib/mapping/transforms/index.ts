import { compileCountry } from "./country";
import { compileDate } from "./date";
import { compileHash } from "./hash";
import { compileJsonata } from "./jsonata";
import { compileLanguage } from "./language";
import { compileName } from "./name";
import { compilePhone } from "./phone";
import { compileBoolean, compileEnum, compileNumber } from "./scalar";
import { compileConstant, compileList } from "./structure";
import { isTransformName, TRANSFORM_TABLE, type TransformName } from "./table";
import { compileTemplate } from "./template";
import { compileCopy, compileLower, compileTrim, compileUpper } from "./text";
import type { CompileTransform, Transform } from "./types";

const COMPILE: Readonly<Record<TransformName, CompileTransform>> = {
  copy: compileCopy,
  trim: compileTrim,
  lower: compileLower,
  upper: compileUpper,
  number: compileNumber,
  boolean: compileBoolean,
  enum: compileEnum,
  date: compileDate,
  phone: compilePhone,
  country: compileCountry,
  language: compileLanguage,
  name: compileName,
  list: compileList,
  constant: compileConstant,
  template: compileTemplate,
  jsonata: compileJsonata,
  hash: compileHash,
};

/** The transform that rules call by this name; undefined where there is none. */
export function findTransform(name: string): Transform | undefined {
  return isTransformName(name) ? { ...TRANSFORM_TABLE[name], compile: COMPILE[name] } : undefined;
}
