// SPDX-License-Identifier: Apache-2.0
/**
 * One door for every way to name an image: `oci-dir:PATH`, `oci-archive:FILE`, `docker-archive:FILE` (each with
 * `:NAME` or `@DIGEST` behind it when it holds several), otherwise a registry reference.
 */
import { existsSync } from "node:fs";
import type { Content } from "./content.ts";
import { ociErrors } from "./errors.ts";
import { parseReference } from "./reference.ts";
import type { RegistryClient } from "./registry-client.ts";
import type { RegistrySettings } from "./registry/settings.ts";
import { resolveImage } from "./resolve.ts";
import type { SharedImageSource } from "./types.ts";

export interface OpenOptions {
  /** For registry references, when no client is given. */
  readonly registry?: RegistrySettings;
  /** A client to share; closing the source leaves it open. */
  readonly client?: RegistryClient;
}

/**
 * Checks the target's form and, for local ones, that it is there; a registry is first asked by `resolve`.
 * @throws REFERENCE_INVALID, IMAGE_MISSING, ARCHIVE_INVALID, MANIFEST_INVALID
 */
export async function openImageSource(target: string, options: OpenOptions = {}): Promise<SharedImageSource> {
  const content = await openContent(target, options);
  return {
    description: content.description,
    resolve: (platform) => resolveImage(content, target, platform),
    openLayer: (layer, signal) => content.open(layer, signal),
    layerFile: (layer) => content.file(layer),
    describeLayerAccess: (layer) => content.access(layer),
    close: () => content.close(),
  };
}

/** As `openImageSource`, for those who read manifests themselves. */
export async function openContent(target: string, options: OpenOptions = {}): Promise<Content> {
  const [, kind, rest] = /^(oci-dir|oci-archive|docker-archive):(.*)$/s.exec(target) ?? [];
  if (kind === undefined || rest === undefined) return openRegistry(target, options);
  if (rest === "") throw ociErrors.make("REFERENCE_INVALID", `${kind}: needs a path behind the colon`);
  const { path, name } = splitPath(rest);
  if (kind === "docker-archive") {
    const { openDockerArchive } = await import("./local/docker-archive.ts");
    return openDockerArchive(path, name);
  }
  const { openLayoutArchive, openLayoutDir } = await import("./local/layout.ts");
  return kind === "oci-dir" ? openLayoutDir(path, name) : openLayoutArchive(path, name);
}

/** The registry client is loaded only when needed: scans of local images start faster without it. */
async function openRegistry(target: string, options: OpenOptions): Promise<Content> {
  const reference = parseReference(target);
  const { RegistryClient: Client } = await import("./registry-client.ts");
  const { registryContent } = await import("./registry/registry-content.ts");
  const client = options.client ?? new Client(options.registry);
  return registryContent(client, reference, options.client === undefined);
}

/** A name stands behind the first `@` or `:` that leaves an existing path in front of it. */
function splitPath(text: string): { path: string; name: string | undefined } {
  if (existsSync(text)) return { path: text, name: undefined };
  for (const match of text.matchAll(/[@:]/g)) {
    const path = text.slice(0, match.index);
    if (path !== "" && existsSync(path)) return { path, name: text.slice(match.index + 1) };
  }
  return { path: text, name: undefined };
}
