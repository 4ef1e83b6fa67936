// SPDX-License-Identifier: Apache-2.0
/** VEX that is attached to an image in a repository which `StellaOps.spec.scan.attachedVex` names, looked for with every scan. */
import { attachedVex } from "#engines/evaluation/vex/adapters/attached-vex.ts";
import type { AttachedVex } from "#engines/evaluation/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { parseReference, repositoryOf } from "#lib/oci/reference.ts";
import type { ResolvedImage } from "#lib/oci/types.ts";
import type { ObjectStore } from "#lib/stores/ports.ts";
import type { Parts } from "../backend.ts";
import { attachedVexKey, attachedVexWeight } from "../evaluation/attached-vex.ts";
import type { KeptAttachedVex } from "../evaluation/attached-vex.ts";
import type { ScanJobPorts } from "./scan.ts";

/** Undefined where nobody is to look. */
export function attachedVexOf({
  caches,
  registries,
  logger,
}: Pick<Parts, "caches" | "registries" | "logger">): ScanJobPorts["attachedVex"] {
  return async ({ imageReference, namespace, pullSecrets }, resolved, signal) => {
    const reference = parseReference(imageReference);
    if (attachedVexWeight(caches, repositoryOf(reference)) === undefined) return undefined;
    const settings = await registries.settings(namespace, pullSecrets);
    const found = await attachedVex({ reference, settings, signal }, resolved);
    const { documents, statements, leftOut, leftOutCount } = found.facts;
    logger.info(
      { image: imageReference, documents, statements, leftOut: leftOut.slice(0, 5), leftOutCount },
      "attached VEX looked for",
    );
    return found;
  };
}

/** Other repositories whose documents are kept, the latest. */
const MAX_OTHERS = 19;

/** What the image's catalog entry has of it. */
export interface KeptWith {
  readonly attachedVex?: readonly KeptAttachedVex[];
}

/**
 * Puts what was found in the place of what was kept of its repository; what other repositories have stays. An empty answer that
 * could not be complete takes nothing away: a registry that does not answer has not withdrawn anything.
 */
export async function keepAttachedVex(
  found: AttachedVex | undefined,
  { imageDigest }: Pick<ResolvedImage, "imageDigest">,
  before: KeptWith,
  objects: ObjectStore,
): Promise<KeptWith & { readonly isChanged: boolean; readonly own?: KeptAttachedVex }> {
  const kept = before.attachedVex ?? [];
  if (found === undefined) return { ...before, isChanged: false };
  const { bytes, digest, facts } = found;
  const key = attachedVexKey(imageDigest, facts.repository);
  const old = kept.find((one) => one.key === key);
  const isUnsure = facts.documents === 0 && facts.leftOutCount > 0;
  if (isUnsure && old !== undefined && old.facts.documents > 0)
    return { ...before, isChanged: false, own: old };
  const own = { key, digest, facts };
  await objects.put(key, Buffer.from(bytes));
  return {
    attachedVex: [...kept.filter((one) => one.key !== key).slice(-MAX_OTHERS), own],
    isChanged: canonicalJson(old ?? null) !== canonicalJson(own),
    own,
  };
}
