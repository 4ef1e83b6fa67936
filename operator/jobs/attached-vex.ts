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

/** What a scan found of it, on its way into the entry. */
export interface NewlyKept {
  readonly isChanged: boolean;
  readonly own?: KeptAttachedVex;
  /** What the entry has then: what was found in the place of what was kept of its repository; what others have stays. */
  into(entry: KeptWith): KeptWith;
}

/**
 * Stores what was found. An empty answer that could not be complete takes nothing away: a registry that does not answer has not
 * withdrawn anything.
 */
export async function keepAttachedVex(
  found: AttachedVex | undefined,
  { imageDigest }: Pick<ResolvedImage, "imageDigest">,
  before: KeptWith,
  objects: ObjectStore,
): Promise<NewlyKept> {
  const asItIs = ({ attachedVex }: KeptWith): KeptWith => (attachedVex === undefined ? {} : { attachedVex });
  if (found === undefined) return { isChanged: false, into: asItIs };
  const { bytes, digest, facts } = found;
  const key = attachedVexKey(imageDigest, facts.repository);
  const old = before.attachedVex?.find((one) => one.key === key);
  const isUnsure = facts.documents === 0 && facts.leftOutCount > 0;
  if (isUnsure && old !== undefined && old.facts.documents > 0)
    return { isChanged: false, own: old, into: asItIs };
  const own = { key, digest, facts };
  await objects.put(key, Buffer.from(bytes));
  return {
    isChanged: canonicalJson(old ?? null) !== canonicalJson(own),
    own,
    into: ({ attachedVex = [] }) => ({
      attachedVex: [...attachedVex.filter((one) => one.key !== key).slice(-MAX_OTHERS), own],
    }),
  };
}
