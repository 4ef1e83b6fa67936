// SPDX-License-Identifier: Apache-2.0
/**
 * What one layer says, as an inventory of its own: a function of the layer's bytes and the analyzers' versions, so its
 * documents can be made once and shared by every image that has the layer. Owners, use and the layer's place are not known.
 */
import { byKey } from "#lib/compare.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import type { Digest, DiffId, LayerDigest } from "#lib/digest.ts";
import type { LayerDescriptor } from "#lib/oci/types.ts";
import { packageDrafts } from "../compose/draft.ts";
import { RootView } from "../compose/root-view.ts";
import { distroOf, licensesOf } from "../compose/system.ts";
import type { Fragment } from "../facts.ts";
import { locationOf, type Entry, type Inventory } from "./document.ts";
import { documentUuid } from "./uuid.ts";

/** Raise when the same fragment gives another document: the id of a document stands for its bytes. */
const FORMAT = "stella-layer/1";

/** UUIDv5 of a layer's documents, in any format: of the layer, the analyzers and the form of the document. */
export function layerUuid(diffId: DiffId, analyzers: Readonly<Record<string, number>>): string {
  return documentUuid(canonicalJson({ format: FORMAT, diffId, analyzers }));
}

/** `urn:uuid:...`, the serial number of the layer's CycloneDX document. */
export function layerSerial(diffId: DiffId, analyzers: Readonly<Record<string, number>>): string {
  return `urn:uuid:${layerUuid(diffId, analyzers)}`;
}

/** Packages that the layer's files state; OS packages carry the distro only if this layer names it. */
export function layerInventory(fragment: Fragment): Inventory {
  const { diffId } = fragment;
  const view = new RootView();
  view.apply(fragment, 0);
  const files = view.files();
  const distro = distroOf(view);
  const drafts = packageDrafts(files, {
    exists: () => true,
    layers: [alone(diffId)],
    distro,
    licenses: licensesOf(view, files),
  });
  return {
    view: "layer",
    digest: diffId,
    ...(distro ? { distro } : {}),
    entries: withRefs(drafts.map(({ component: { layer, ...entry } }) => entry)),
    omissions: [...fragment.omissions, ...view.omissions],
    analyzers: Object.entries(fragment.analyzers).sort(byKey(([id]) => id)),
    facts: [],
  };
}

/** The layer as an image of one layer; which blob holds it is no fact of its content. */
const alone = (diffId: DiffId): LayerDescriptor => ({
  diffId,
  digest: diffId satisfies Digest as Digest as LayerDigest,
  size: 0,
  mediaType: "",
});

/** The purl where it stands once, else with its place behind it; the very same place and purl is one entry. */
function withRefs(drafts: readonly Omit<Entry, "bomRef">[]): Entry[] {
  const places = new Map<string, Omit<Entry, "bomRef">>();
  const counts = new Map<string, number>();
  for (const draft of drafts) {
    const [first] = draft.evidence;
    const place = `${draft.purl}#${first ? locationOf(first).slice(1) : ""}`;
    if (places.has(place)) continue;
    places.set(place, draft);
    counts.set(draft.purl, (counts.get(draft.purl) ?? 0) + 1);
  }
  return [...places]
    .map(([place, draft]) => ({ bomRef: counts.get(draft.purl) === 1 ? draft.purl : place, ...draft }))
    .sort(byKey(({ purl, bomRef }) => `${purl}\0${bomRef}`));
}
