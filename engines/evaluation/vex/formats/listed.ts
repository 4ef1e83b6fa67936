// SPDX-License-Identifier: Apache-2.0
/**
 * A document of a VEX repository speaks of the packages for which the index lists it: whoever may write it need not have a say
 * about any other (https://github.com/aquasecurity/vex-repo-spec, "Index file").
 */
import { byText } from "#lib/compare.ts";
import { readPurl } from "../product-purl.ts";
import type { VexReading } from "../types.ts";
import { Place } from "./fault.ts";

const MAX_NAMED = 5;

/** Without the products that are none of them, which become one problem. */
export function onlyListed(reading: VexReading, listedFor: readonly string[], name: string): VexReading {
  const listed = new Set(listedFor.flatMap((id) => packageOf(id) ?? []));
  const foreign = new Set<string>();
  // Documents say much about few packages.
  const known = new Map<string, boolean>();
  const isListed = (id: string): boolean => {
    let answer = known.get(id);
    if (answer === undefined) known.set(id, (answer = listed.has(packageOf(id) ?? "")));
    return answer;
  };
  const claims = reading.claims.flatMap((claim) => {
    const products = claim.products.flatMap((product) => {
      // A second name beside a listed one would reach as far as the second name does.
      const ids = product.ids.filter(isListed);
      if (ids.length === 0) foreign.add(product.ids[0] ?? "");
      return ids.length === 0 ? [] : [{ ...product, ids }];
    });
    return products.length === 0 ? [] : [{ ...claim, products }];
  });
  if (foreign.size === 0) return reading;
  const shown = [...foreign]
    .sort(byText)
    .slice(0, MAX_NAMED)
    .map((id) => id.slice(0, 200));
  const more = foreign.size > MAX_NAMED ? ` and ${foreign.size - MAX_NAMED} more` : "";
  const reason = `the index does not list it for ${shown.join(", ")}${more}`;
  const problem = new Place(name).refuse(reason);
  return {
    ...reading,
    claims,
    problems: [...reading.problems, problem],
    problemCount: reading.problemCount + 1,
  };
}

/** Type, namespace and name, and the repository of an image; ids of an index have no version. */
function packageOf(id: string): string | undefined {
  const purl = readPurl(id);
  if (purl === undefined) return undefined;
  const repository = purl.type === "oci" ? (purl.qualifiers["repository_url"] ?? "") : "";
  return `${purl.type}:${purl.name} ${repository}`;
}
