// SPDX-License-Identifier: Apache-2.0
/** Copying an image from a local layout or archive into a registry: OCI distribution-spec v1.1, "Push". */
import type { Digest } from "../digest.ts";
import type { Content } from "./content.ts";
import { ociErrors } from "./errors.ts";
import type { ManifestDocument } from "./manifest.ts";
import { openContent } from "./open-image-source.ts";
import { parseReference } from "./reference.ts";
import type { ImageReference } from "./reference.ts";
import { originEndpoint } from "./registry/endpoints.ts";
import { RegistryHttp } from "./registry/http.ts";
import { systemPorts } from "../http/ports.ts";
import type { HttpPorts } from "../http/ports.ts";
import type { RegistrySettings } from "./registry/settings.ts";
import { Uploads } from "./registry/uploads.ts";
import type { UploadOptions } from "./registry/uploads.ts";

const MAX_INDEX_DEPTH = 4;

export interface PushOptions extends UploadOptions {
  readonly registry?: RegistrySettings;
  readonly ports?: HttpPorts;
}

/**
 * Pushes what `source` names, with everything that it refers to; blobs that are there already are not sent.
 * @param source an `oci-dir:`, `oci-archive:` or `docker-archive:` target, or a layout's folder
 * @returns the digest under which the registry has it now
 * @throws what opening the source throws, REGISTRY_DENIED, REGISTRY_UNAVAILABLE, REGISTRY_THROTTLED
 */
export async function pushImage(
  source: string,
  reference: string,
  options: PushOptions = {},
): Promise<Digest> {
  const target = parseReference(reference);
  const content = await openContent(
    /^(oci-dir|oci-archive|docker-archive):/.test(source) ? source : `oci-dir:${source}`,
  );
  const settings = options.registry ?? {};
  const http = new RegistryHttp(settings, options.ports ?? systemPorts);
  const uploads = new Uploads(http, originEndpoint(target, settings), options);
  const push = new Push(uploads, content, options.signal);
  try {
    const root = await content.root();
    await push.tree(root, tagOf(target, root), 0);
    return root.digest;
  } finally {
    await http.close();
    await content.close();
  }
}

function tagOf(target: ImageReference, root: ManifestDocument): string {
  if (target.digest !== undefined && target.digest !== root.digest) {
    throw ociErrors.make(
      "REFERENCE_INVALID",
      `the image is ${root.digest}, it cannot be pushed as ${target.digest}`,
    );
  }
  return target.tag ?? root.digest;
}

class Push {
  readonly #uploads: Uploads;
  readonly #content: Content;
  readonly #signal: AbortSignal | undefined;

  constructor(uploads: Uploads, content: Content, signal: AbortSignal | undefined) {
    this.#uploads = uploads;
    this.#content = content;
    this.#signal = signal;
  }

  /** Children first: a registry may refuse a manifest whose parts it lacks. */
  async tree(document: ManifestDocument, name: string, depth: number): Promise<void> {
    const { content } = document;
    if (content.kind === "index") {
      if (depth >= MAX_INDEX_DEPTH)
        throw ociErrors.make("MANIFEST_INVALID", "indexes nest too deeply to be pushed");
      for (const entry of content.manifests) {
        await this.tree(await this.#content.manifest(entry), entry.digest, depth + 1);
      }
    } else {
      for (const blob of [...content.layers, content.config])
        await this.#uploads.blob(blob, () => this.#content.open(blob, this.#signal));
    }
    await this.#uploads.manifest(name, document.mediaType, document.bytes);
  }
}
