// SPDX-License-Identifier: Apache-2.0
/**
 * Platforms: their text form and which of an index's entries fits best.
 * Names are Go's GOOS and GOARCH (OCI image-spec v1.1, image-index.md, "platform"); variants as containerd reads them.
 */
import { ociErrors } from "./errors.ts";
import type { Platform } from "./types.ts";

const SYNONYMS: Readonly<Record<string, Platform["architecture"]>> = {
  x86_64: "amd64",
  "x86-64": "amd64",
  aarch64: "arm64",
  i386: "386",
};

/** @throws REFERENCE_INVALID unless `text` is `os/architecture` or `os/architecture/variant`. */
export function parsePlatform(text: string): Platform {
  const parts = text.split("/");
  const [os, architecture, variant] = parts;
  if (parts.length > 3 || !os || !architecture || !parts.every((part) => /^[A-Za-z0-9_.-]+$/.test(part))) {
    throw ociErrors.make(
      "REFERENCE_INVALID",
      `platform ${JSON.stringify(text)} must look like linux/amd64 or linux/arm/v7`,
    );
  }
  return normalizePlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) });
}

export function formatPlatform(platform: Platform): string {
  const variant = platform.variant === undefined ? "" : `/${platform.variant}`;
  return `${platform.os}/${platform.architecture}${variant}`;
}

/** Lower case, common synonyms resolved, and the variant that an architecture has by default left out. */
export function normalizePlatform(platform: Platform): Platform {
  const os = platform.os.toLowerCase();
  const given = platform.architecture.toLowerCase();
  const architecture = SYNONYMS[given] ?? given;
  const variant = platform.variant?.toLowerCase() ?? "";
  const byDefault = defaultVariant(architecture);
  return variant === "" || variant === byDefault ? { os, architecture } : { os, architecture, variant };
}

/**
 * How well an image for `have` runs on `want`: 0 not at all, otherwise higher is better. The same variant is best;
 * a lower one of the same architecture also runs (an arm/v6 image on arm/v7, amd64 on amd64/v3).
 */
export function platformFit(have: Platform, want: Platform): number {
  const image = normalizePlatform(have);
  const machine = normalizePlatform(want);
  if (image.os !== machine.os || image.architecture !== machine.architecture) return 0;
  const imageLevel = variantLevel(image);
  const machineLevel = variantLevel(machine);
  if (imageLevel === undefined || machineLevel === undefined)
    return image.variant === machine.variant ? 1 : 0;
  return imageLevel <= machineLevel ? 1 + imageLevel : 0;
}

/** The item that fits `want` best; the first of equals. */
export function choosePlatform<Item extends { readonly platform?: Platform }>(
  items: readonly Item[],
  want: Platform,
): Item | undefined {
  let best: { item: Item; fit: number } | undefined;
  for (const item of items) {
    const fit = item.platform === undefined ? 0 : platformFit(item.platform, want);
    if (fit > (best?.fit ?? 0)) best = { item, fit };
  }
  return best?.item;
}

function defaultVariant(architecture: string): string {
  return { arm: "v7", arm64: "v8", amd64: "v1" }[architecture] ?? "";
}

/** `v7` is 7, `v8.1` is 8.1; undefined for a variant with no order. */
function variantLevel(platform: Platform): number | undefined {
  const text = platform.variant ?? defaultVariant(platform.architecture);
  if (text === "") return 0;
  const level = /^v([0-9]{1,3}(?:\.[0-9]{1,3})?)$/.exec(text)?.[1];
  return level === undefined ? undefined : Number(level);
}
