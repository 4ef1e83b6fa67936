// SPDX-License-Identifier: Apache-2.0
/** Weights of the VEX sources, as evaluation takes them: those that differ from 1, by `namespace/name`. */
import type { VexTrust } from "#engines/evaluation/index.ts";
import { keyOf } from "#lib/kube/index.ts";
import type { Caches } from "../caches.ts";

export function vexTrust({ vexSources }: Pick<Caches, "vexSources">): VexTrust {
  return Object.fromEntries(
    vexSources
      .list()
      .filter(({ spec }) => spec.trustWeight !== 1)
      .map((source) => [keyOf(source), source.spec.trustWeight]),
  );
}
