// SPDX-License-Identifier: Apache-2.0
/** Weights of the VEX sources, as evaluation takes them: those that differ from 1, by `namespace/name`. */
import type { VexSnapshot, VexTrust } from "#engines/evaluation/index.ts";
import { keyOf } from "#lib/kube/index.ts";
import type { Caches } from "../caches.ts";

/** Who is gone, and whose statements are in the snapshot until it is made anew, is not asked. */
export function vexTrust(
  { vexSources }: Pick<Caches, "vexSources">,
  { sources }: Pick<VexSnapshot, "sources">,
): VexTrust {
  const alive = vexSources.list();
  const names = new Set(alive.map(keyOf));
  return Object.fromEntries([
    ...sources.filter((name) => !names.has(name)).map((name) => [name, 0] as const),
    ...alive
      .filter(({ spec }) => spec.trustWeight !== 1)
      .map((source) => [keyOf(source), source.spec.trustWeight] as const),
  ]);
}
