// SPDX-License-Identifier: Apache-2.0
/** Whether a snapshot was compiled from just these exports. */
import type { Snapshot } from "#engines/evaluation/index.ts";

export function coversSources(
  { sources }: Pick<Snapshot, "sources">,
  wanted: readonly { readonly name: string; readonly digest: string }[],
): boolean {
  const digests = new Map(wanted.map(({ name, digest }) => [name, digest]));
  return (
    sources.length === wanted.length &&
    sources.every(({ name, exportDigest }) => digests.get(name) === exportDigest)
  );
}
