// SPDX-License-Identifier: Apache-2.0
/** One record per id within a source: feeds name one CVE in many documents (Alpine once per release and package). */
import { canonicalJson } from "#lib/canonical-json.ts";
import { byText } from "#lib/compare.ts";
import { versionOrder } from "#lib/versions/index.ts";
import type { Advisory, AffectedPackage } from "../types.ts";
import { withoutCoveredVersions } from "./ranges.ts";
import { worstKnown } from "./severity-words.ts";

/** Sorted by id; affected packages by ecosystem, distro and name; the order of the input does not matter. */
export function mergeRecords(advisories: readonly Advisory[]): readonly Advisory[] {
  const groups = new Map<string, Advisory[]>();
  for (const advisory of advisories) {
    const group = groups.get(advisory.id);
    if (group === undefined) groups.set(advisory.id, [advisory]);
    else group.push(advisory);
  }
  return [...groups.values()].map(mergeGroup).sort((a, b) => byText(a.id, b.id));
}

function mergeGroup(group: readonly Advisory[]): Advisory {
  const [first] = group;
  if (first === undefined) throw new Error("an empty group");
  const latest = group.reduce((best, each) => (later(each, best) ? each : best), first);
  return {
    ...latest,
    aliases: [...new Set(group.flatMap(({ aliases }) => aliases))].sort(),
    severity: worstKnown(group.map(({ severity }) => severity)),
    cvss: distinct(group.flatMap(({ cvss }) => cvss)),
    references: [...new Set(group.flatMap(({ references }) => references))].sort(),
    affected: sortedAffected(group.flatMap(({ affected }) => affected)),
  };
}

/** Of documents that differ in their single fields the latest counts, then the one with the greatest text. */
function later(a: Advisory, b: Advisory): boolean {
  const byTime = byText(a.modified ?? "", b.modified ?? "");
  return byTime === 0 ? byText(singleFields(a), singleFields(b)) > 0 : byTime > 0;
}

/** All that is taken from one document, and not joined from all. */
function singleFields(advisory: Advisory): string {
  const { aliases: _a, severity: _s, cvss: _c, references: _r, affected: _p, ...single } = advisory;
  return canonicalJson(single);
}

function sortedAffected(affected: readonly AffectedPackage[]): readonly AffectedPackage[] {
  return distinct(affected.map(slim));
}

function slim(affected: AffectedPackage): AffectedPackage {
  const order = versionOrder(affected.ecosystem);
  return order === undefined ? affected : withoutCoveredVersions(order, affected);
}

function distinct<Item>(items: readonly Item[]): readonly Item[] {
  if (items.length < 2) return items;
  const byJson = new Map(items.map((item) => [canonicalJson(item), item] as const));
  return [...byJson].sort(([a], [b]) => byText(a, b)).map(([, item]) => item);
}
