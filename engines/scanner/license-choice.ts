// SPDX-License-Identifier: Apache-2.0
/** What several licences of one package mean: all of them hold, or one may be chosen. */
import type { PackageType } from "./types.ts";

/** https://getcomposer.org/doc/04-schema.md#license, Maven's POM reference, npm's and RubyGems' old lists. */
const CHOICE: ReadonlySet<string> = new Set<PackageType>(["composer", "gem", "maven", "npm"]);

/** Whether the ecosystem's lists of licences are a choice. Takes the type of any purl. */
export const isLicenseChoice = (type: string): boolean => CHOICE.has(type);
