export { compareSync, hashSync } from "bcryptjs";
