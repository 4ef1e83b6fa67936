// SPDX-License-Identifier: Apache-2.0
/** Packages of an RPM database, from its bytes. */
export { visitPackages } from "./database.ts";
export { rpmdbErrors } from "./errors.ts";
export type { RpmFiles, RpmPackage } from "./package.ts";
