// SPDX-License-Identifier: Apache-2.0
/**
 * A fragment as the sum of its analyzers' parts. What one analyzer states of a layer depends on the layer and on its own
 * version only, so parts made at different times, by different sets of analyzers, can be put together.
 */
import { byKey } from "#lib/compare.ts";
import type { Analyzer } from "./analyzer.ts";
import type { Fragment } from "./facts.ts";

/** Analyzers of which the fragment holds no part of their present version. */
export function missingParts(fragment: Fragment, wanted: readonly Analyzer[]): Analyzer[] {
  return wanted.filter(({ id, version }) => fragment.analyzers[id] !== version);
}

/** The fragment as the wanted analyzers alone would have made it, as far as it has their parts. */
export function selectParts(fragment: Fragment, wanted: readonly Analyzer[]): Fragment {
  const versions = new Map(wanted.map(({ id, version }) => [id, version]));
  const isWanted = (id: string): boolean => fragment.analyzers[id] === versions.get(id);
  const ids = Object.entries(fragment.analyzers).filter(([id]) => isWanted(id));
  if (ids.length === Object.keys(fragment.analyzers).length) return fragment;
  return {
    ...fragment,
    analyzers: Object.fromEntries(ids),
    files: fragment.files.filter(({ analyzer }) => isWanted(analyzer)),
    links: fragment.links.filter(({ analyzer }) => isWanted(analyzer)),
    omissions: fragment.omissions.filter(({ analyzer }) => analyzer === undefined || isWanted(analyzer)),
  };
}

/** Two fragments of one layer with different analyzers as one. What is of the layer itself is in both. */
export function joinParts(a: Fragment, b: Fragment): Fragment {
  const ofAnalyzers = b.omissions.filter(({ analyzer }) => analyzer !== undefined);
  const sorted = Object.entries({ ...a.analyzers, ...b.analyzers }).sort(byKey(([id]) => id));
  return {
    ...a,
    analyzers: Object.fromEntries(sorted),
    files: [...a.files, ...b.files].sort(byKey(({ path, analyzer }) => `${path}\0${analyzer}`)),
    links: [...a.links, ...b.links].sort(byKey(({ path, analyzer }) => `${path}\0${analyzer}`)),
    omissions: [...a.omissions, ...ofAnalyzers].sort(
      byKey(({ code, path, analyzer, message }) =>
        JSON.stringify([code, path ?? "\uffff", analyzer, message]),
      ),
    ),
  };
}
