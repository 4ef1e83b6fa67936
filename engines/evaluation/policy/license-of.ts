// SPDX-License-Identifier: Apache-2.0
/** What a component states as its licence. Most have one of a few texts, so that each is read once for all images. */
import { Recent } from "#lib/recent.ts";
import { isLicenseChoice } from "#engines/scanner/index.ts";
import type { Component } from "#engines/scanner/index.ts";
import { readLicenses, type License } from "./license-expression.ts";

/** Weighed by the length of the texts. */
const read = new Recent<string, License>(8_000_000, (_, texts) => 100 + texts.length);

/** The same value for the same texts, as long as it is kept. */
export function licenseOf({ licenses, type }: Pick<Component, "licenses" | "type">): License {
  const isChoice = isLicenseChoice(type);
  const key = `${isChoice ? "any" : "all"}\0${licenses.join("\0")}`;
  return read.get(key, () => readLicenses(licenses, isChoice));
}
