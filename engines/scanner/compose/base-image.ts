// SPDX-License-Identifier: Apache-2.0
/**
 * The image that another was built on: a known image all of whose layers are the other's lowest ones, else what the
 * labels say (OCI image-spec v1.1, annotations.md). Shared bytes are proof; a label is only somebody's word.
 */
import { byText } from "#lib/compare.ts";
import type { DiffId, ImageDigest } from "#lib/digest.ts";
import type { BaseImage } from "../types.ts";

/** An image that others may be built on. */
export interface KnownImage {
  readonly name: string;
  readonly imageDigest: ImageDigest;
  /** Bottom first. */
  readonly diffIds: readonly DiffId[];
}

const MAX_NAME = 1000;

/** Of several known bases the one with the most layers; of equal ones the first by name. */
export function baseOf(
  diffIds: readonly DiffId[],
  labels: Readonly<Record<string, string>>,
  known: readonly KnownImage[],
): BaseImage | undefined {
  const [best] = known.filter((image) => isBaseOf(image, diffIds)).sort(longestFirst);
  if (best) return { name: best.name, digest: best.imageDigest, layers: best.diffIds.length };
  const name = labels["org.opencontainers.image.base.name"];
  const digest = labels["org.opencontainers.image.base.digest"];
  const isDigest = digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest);
  if (name === undefined && !isDigest) return undefined;
  return {
    ...(name === undefined ? {} : { name: name.slice(0, MAX_NAME) }),
    ...(isDigest ? { digest: digest as ImageDigest } : {}),
  };
}

/** Whether all of its layers are the image's lowest ones, with others above them. */
export function isBaseOf({ diffIds: base }: KnownImage, image: readonly DiffId[]): boolean {
  return (
    base.length > 0 && base.length < image.length && base.every((diffId, index) => diffId === image[index])
  );
}

const longestFirst = (a: KnownImage, b: KnownImage): number =>
  b.diffIds.length - a.diffIds.length || byText(a.name, b.name);
