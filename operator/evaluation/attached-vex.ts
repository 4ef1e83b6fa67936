// SPDX-License-Identifier: Apache-2.0
/**
 * VEX that a scan found attached to an image: which of it counts for whom. Who can push to a repository is heard about images of that
 * repository: the same image in another one keeps its answer, whatever is attached to the copy.
 */
import { ATTACHED_VEX, openVexSnapshot } from "#engines/evaluation/index.ts";
import type { AttachedVexFacts, AttachedVexInput, VexTrust } from "#engines/evaluation/index.ts";
import { matchGlob } from "#lib/glob.ts";
import { hexOf, digestOf } from "#lib/digest.ts";
import type { Digest, ImageDigest } from "#lib/digest.ts";
import type { ObjectStore } from "#lib/stores/ports.ts";
import type { Caches } from "../caches.ts";

/** As the catalog has it, with the image. The snapshot is an object. */
export interface KeptAttachedVex {
  readonly key: string;
  readonly digest: Digest;
  readonly facts: AttachedVexFacts;
}

/** What is heard about an image, and how much it weighs. */
export interface HeardAttachedVex {
  readonly kept: KeptAttachedVex;
  readonly weight: number;
}

const MAX_BYTES = 64 * 1024 * 1024;

export const attachedVexKey = (image: ImageDigest, repository: string): string =>
  `images/${hexOf(image)}/attached-vex/${hexOf(digestOf(repository))}.bin`;

/** Weight of what is attached to images of a repository; undefined: `StellaOps.spec.scan.attachedVex` doesn't name it. */
export function attachedVexWeight(
  { stellaOps }: Pick<Caches, "stellaOps">,
  repository: string,
): number | undefined {
  const trusted = stellaOps.get(undefined, "stellaops")?.spec.scan.attachedVex;
  const isNamed = trusted?.repositories.some((pattern) => matchGlob(pattern, repository));
  return isNamed === true ? trusted?.trustWeight : undefined;
}

/** Looked up for each question: the list may change, and what was found before stays with the image. */
export function heardAttachedVex(
  caches: Pick<Caches, "stellaOps">,
  image: { readonly attachedVex?: readonly KeptAttachedVex[] },
  repository: string | undefined,
): HeardAttachedVex | undefined {
  if (repository === undefined) return undefined;
  const kept = image.attachedVex?.find(({ facts }) => facts.repository === repository);
  const weight = attachedVexWeight(caches, repository);
  return kept === undefined || weight === undefined ? undefined : { kept, weight };
}

/** What evaluation takes of it. @throws OBJECT_MISSING, OBJECT_CORRUPT */
export async function openAttachedVex(
  heard: HeardAttachedVex | undefined,
  objects: ObjectStore,
): Promise<{ readonly attachedVex?: AttachedVexInput; readonly trust: VexTrust }> {
  if (heard === undefined) return { trust: {} };
  const { kept, weight } = heard;
  const snapshot = openVexSnapshot(await objects.read(kept.key, MAX_BYTES));
  return { attachedVex: { snapshot, facts: kept.facts }, trust: { [ATTACHED_VEX]: weight } };
}
