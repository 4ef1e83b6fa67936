// SPDX-License-Identifier: Apache-2.0
/** What is attached to an image to the VEX snapshot of that image alone, and the facts that its report tells. */
import { byKey } from "#lib/compare.ts";
import type { Digest } from "#lib/digest.ts";
import { messageOf } from "#lib/errors.ts";
import { evaluationErrors } from "../../errors.ts";
import type { AttachedVexFacts } from "../../types.ts";
import { vexCompiler } from "../compile-snapshot.ts";
import type { AttachedImage } from "../types.ts";
import { unwrapVex } from "./unwrap.ts";

/** The source of statements that are attached to the image they speak of; no name of a VexSource or a path. */
export const ATTACHED_VEX = "attached:image";

/** Less than a vendor's: it answers what nobody denies, and overrules nobody (docs/adr/0012). */
export const ATTACHED_VEX_WEIGHT = 0.5;

/** An artifact's layer, as it was read. */
export interface AttachedBytes {
  /** Digest of the artifact; in messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface AttachedVex {
  /** A VEX snapshot. */
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly facts: AttachedVexFacts;
}

/** It is read beside everything else that the operator does; half a second of work. */
const MAX_ENTRIES = 200_000;
const MAX_LINES = 20;
const MAX_LINE = 300;

/**
 * The order of what is found does not count.
 * @param leftOut what could not even be fetched, and why
 */
export function compileAttached(
  found: readonly AttachedBytes[],
  image: AttachedImage,
  leftOut: readonly string[] = [],
): AttachedVex {
  const compiler = vexCompiler(undefined, MAX_ENTRIES);
  const refused: string[] = [];
  for (const { name, bytes } of [...found].sort(byKey((one) => one.name))) {
    try {
      const document = unwrapVex(bytes, image, name);
      if (document !== undefined)
        compiler.add({ source: ATTACHED_VEX, name, ...document, attachedTo: image });
    } catch (error) {
      if (!evaluationErrors.is(error)) throw error;
      refused.push(error.message);
    }
  }
  const { bytes, digest, documents, statements, problems, problemCount, unnamed } = compiler.finish();
  const lines = [
    ...leftOut,
    ...refused,
    ...problems.map(messageOf),
    ...(unnamed === 0 ? [] : [`${unnamed} products have no name to look for`]),
  ];
  return {
    bytes,
    digest,
    facts: {
      repository: image.repository,
      documents,
      statements,
      leftOut: lines
        .sort()
        .slice(0, MAX_LINES)
        .map((line) => line.slice(0, MAX_LINE)),
      leftOutCount: leftOut.length + refused.length + problemCount + unnamed,
    },
  };
}
