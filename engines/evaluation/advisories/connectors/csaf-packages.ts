// SPDX-License-Identifier: Apache-2.0
/**
 * The packages of one vulnerability of a CSAF document. Of a distro's package that is fixed in a version all before are taken to
 * have the flaw, as the distro's own scanners do; of any other package only what the document says has it.
 */
import { tryParsePurl } from "#lib/purl/index.ts";
import type { PurlParts } from "#lib/purl/index.ts";
import { versionOrder } from "#lib/versions/index.ts";
import { platformOfCpe } from "../../csaf/platform.ts";
import type { ProductNames } from "../../csaf/product-names.ts";
import type { CsafVulnerability } from "../../csaf/schema.ts";
import type { Csaf } from "../../csaf/types.ts";
import type { AffectedPackage, Severity } from "../../types.ts";
import { packageName } from "../ecosystems.ts";
import { faultOf } from "../ranges.ts";
import { severityOfWord } from "../severity-words.ts";
import { rangesOfVers } from "../vers-ranges.ts";
import { nameText } from "./shape.ts";

const DISTRO_TYPES: ReadonlySet<string> = new Set(["apk", "deb", "rpm"]);

/** In the words that feeds of distros have for them; Red Hat's are in the details of its remediations. */
const STATUS_WORDS: ReadonlyMap<string, string> = new Map([
  ["affected", "affected"],
  ["fix deferred", "fix_deferred"],
  ["out of support scope", "end_of_life"],
  ["will not fix", "will_not_fix"],
]);

interface Named {
  readonly purl: PurlParts;
  /** Set for packages of a distro. */
  readonly distro?: string;
}

/** Sorted by nothing: an import sorts what it gathers. */
export function affectedBy(
  vulnerability: CsafVulnerability,
  { productsOf }: Csaf,
  namesOf: (product: string) => ProductNames | undefined,
): readonly AffectedPackage[] {
  const { product_status: status = {}, threats = [], remediations = [] } = vulnerability;
  const severities = new Map<string, Severity>();
  for (const threat of threats) {
    const severity = severityOfWord(threat.details);
    if (threat.category !== "impact" || severity === "unknown") continue;
    for (const product of productsOf(threat)) severities.set(product, severity);
  }
  const reasons = new Map<string, string>();
  for (const remediation of remediations) {
    const { category, details } = remediation;
    const word = STATUS_WORDS.get(details.trim().toLowerCase());
    const reason = word ?? (category === "no_fix_planned" ? "will_not_fix" : undefined);
    if ((category !== "no_fix_planned" && category !== "none_available") || reason === undefined) continue;
    for (const product of productsOf(remediation)) reasons.set(product, reason);
  }
  const found = new Map<string, AffectedPackage>();
  const add = (product: string, read: (named: Named) => AffectedPackage | undefined): void => {
    const named = namedPackage(namesOf(product));
    const affected = named && read(named);
    if (affected === undefined || !nameText.safeParse(affected.name).success) return;
    const severity = affected.distro === undefined ? undefined : severities.get(product);
    const whole = severity === undefined ? affected : { ...affected, severity };
    found.set(JSON.stringify(whole), whole);
  };
  for (const product of [...(status.fixed ?? []), ...(status.first_fixed ?? [])]) add(product, fixedPackage);
  for (const product of [
    ...(status.known_affected ?? []),
    ...(status.first_affected ?? []),
    ...(status.last_affected ?? []),
  ])
    add(product, (named) => flawedPackage(named, reasons.get(product)));
  return [...found.values()];
}

/** A distro's package in a release of it, or a package that is part of nothing. */
function namedPackage(names: ProductNames | undefined): Named | undefined {
  if (names === undefined) return undefined;
  const purl = (names.part ?? names.whole).map(tryParsePurl).find((parts) => parts !== undefined);
  if (purl === undefined || versionOrder(purl.type) === undefined) return undefined;
  if (names.part === undefined) return DISTRO_TYPES.has(purl.type) ? undefined : { purl };
  const platform = names.whole.map(platformOfCpe).find((one) => one !== undefined);
  // What is kept up for longer has fixes of its own, which the release at large never gets.
  if (platform === undefined || platform.isExtended === true || !DISTRO_TYPES.has(purl.type))
    return undefined;
  return { purl, distro: platform.release };
}

function fixedPackage({ purl, distro }: Named): AffectedPackage | undefined {
  if (distro === undefined || purl.version === undefined) return undefined;
  const fixed = versionText(purl);
  const order = versionOrder(purl.type);
  if (order === undefined || faultOf(order, { introduced: "0", fixed }) !== undefined) return undefined;
  return { ...packageOf(purl, distro), ranges: [{ introduced: "0", fixed }] };
}

/** All versions where none is named: a distro's package that has no fix. */
function flawedPackage({ purl, distro }: Named, reason: string | undefined): AffectedPackage | undefined {
  const found = packageOf(purl, distro);
  const range = purl.qualifiers?.["vers"];
  if (range !== undefined) {
    const within = rangesOfVers(range, purl.type);
    return within && { ...found, ...within };
  }
  if (purl.version !== undefined) return { ...found, ranges: [], versions: [versionText(purl)] };
  return {
    ...found,
    ...(distro !== undefined && purl.qualifiers?.["arch"] === "src" ? { isSource: true } : {}),
    ranges: [{ introduced: "0" }],
    ...(distro === undefined || reason === undefined ? {} : { distroStatus: reason }),
  };
}

function packageOf(purl: PurlParts, distro: string | undefined): Omit<AffectedPackage, "ranges"> {
  const { type, namespace, name, qualifiers } = purl;
  const module = /^[^:]+:[^:]+/.exec(qualifiers?.["rpmmod"] ?? "")?.[0];
  if (distro !== undefined)
    return { ecosystem: type, distro, name, ...(module === undefined ? {} : { module }) };
  return {
    ecosystem: type,
    name: packageName(type, namespace === undefined ? name : `${namespace}/${name}`),
  };
}

/** rpm's epoch is a qualifier in a purl, and stands before the version everywhere else. */
function versionText({ type, version = "", qualifiers }: PurlParts): string {
  const epoch = qualifiers?.["epoch"] ?? "0";
  return type !== "rpm" || epoch === "0" || version.includes(":") ? version : `${epoch}:${version}`;
}
