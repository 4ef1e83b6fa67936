// SPDX-License-Identifier: Apache-2.0
/** References of components that were read, made as a scan makes them: other tools' are random, or name more than the package. */
import { locationOf } from "../document.ts";
import type { Draft } from "./component.ts";
import type { StatedPackage } from "./stated.ts";

interface Named {
  readonly stated: Pick<StatedPackage, "ref">;
  readonly draft: Draft;
}

/** Without a leading slash; "" where no place is known. */
export const placeText = ({ evidence: [first] }: Draft): string => (first ? locationOf(first).slice(1) : "");

/** One purl at one place is one component, however often a document lists it. */
export const placeKey = (draft: Draft): string => `${draft.purl}#${placeText(draft)}`;

/** Each another, by `placeKey`. @param components of which no two have the same key */
export function referencesOf(components: readonly Named[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { draft } of components) counts.set(draft.purl, (counts.get(draft.purl) ?? 0) + 1);
  const references = new Map<string, string>();
  const numbers = new Map<string, number>();
  for (const { stated, draft } of components) {
    const wanted = wantedReference(stated.ref, draft, counts.get(draft.purl) === 1);
    references.set(placeKey(draft), unlike(numbers, wanted));
  }
  return references;
}

function wantedReference(ref: string, draft: Draft, isOnly: boolean): string {
  const { purl, sha256 } = draft;
  if (ref === purl || ref.startsWith(`${purl}#`)) return ref; // ours
  if (isLoneBinary(draft)) return `bin:${sha256 ?? ""}`;
  return isOnly ? purl : placeKey(draft);
}

/** A binary that no package claims; see `compose/binaries.ts`. */
const isLoneBinary = ({ type, sha256, purl }: Draft): boolean =>
  type === "generic" && sha256 !== undefined && purl.includes(`checksum=sha256:${sha256}`);

/** The reference, with a number behind it where it is taken. */
function unlike(taken: Map<string, number>, wanted: string): string {
  for (let number = taken.get(wanted) ?? 0; ; number++) {
    const reference = number === 0 ? wanted : `${wanted}#${number}`;
    if (number > 0 && taken.has(reference)) continue;
    taken.set(wanted, number + 1);
    if (number > 0) taken.set(reference, 1);
    return reference;
  }
}
