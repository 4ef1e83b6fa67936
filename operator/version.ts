// SPDX-License-Identifier: Apache-2.0
/** The product's version, from package.json; bundles carry it in. */
import manifest from "../package.json" with { type: "json" };

export const { version } = manifest;
