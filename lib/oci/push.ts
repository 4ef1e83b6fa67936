// SPDX-License-Identifier: Apache-2.0
/** Copying an image from a local layout or archive into a registry: OCI distribution-spec v1.1, "Push". */
import { Readable } from "node:stream";
import type { Digest } from "../digest.ts";
import type { Content } from "./content.ts";
import { ociErrors } from "./errors.ts";
import type { ManifestDocument } from "./manifest.ts";
import { openContent } from "./open-image-source.ts";
import { parseReference } from "./reference.ts";
import type { ImageReference } from "./reference.ts";
import { originEndpoint } from "./registry/endpoints.ts";
import type { Endpoint } from "./registry/endpoints.ts";
import { RegistryHttp, placeOf } from "./registry/http.ts";
import type { RegistryRequest } from "./registry/http.ts";
import { systemPorts } from "./registry/settings.ts";
import type { RegistryPorts, RegistrySettings } from "./registry/settings.ts";
import { discard } from "./registry/transport.ts";
import type { HttpResponse } from "./registry/transport.ts";
import type { BlobId } from "./verify.ts";

const MAX_INDEX_DEPTH = 4;

export interface PushOptions {
  readonly registry?: RegistrySettings;
  readonly ports?: RegistryPorts;
  /** Sends each blob in parts of as many bytes instead of at once. */
  readonly chunkBytes?: number;
  readonly signal?: AbortSignal;
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
  const push = new Push(http, originEndpoint(target, settings), content, options);
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
  readonly #http: RegistryHttp;
  readonly #endpoint: Endpoint;
  readonly #content: Content;
  readonly #options: PushOptions;

  constructor(http: RegistryHttp, endpoint: Endpoint, content: Content, options: PushOptions) {
    this.#http = http;
    this.#endpoint = endpoint;
    this.#content = content;
    this.#options = options;
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
      for (const blob of [...content.layers, content.config]) await this.#blob(blob);
    }
    const headers = { "content-type": document.mediaType };
    const target = `/v2/${this.#endpoint.repository}/manifests/${name}`;
    await this.#expect({ method: "PUT", target, headers, body: () => document.bytes }, [200, 201, 202]);
  }

  async #blob(blob: BlobId): Promise<void> {
    const path = `/v2/${this.#endpoint.repository}/blobs`;
    const known = await this.#ask({ method: "HEAD", target: `${path}/${blob.digest}` }, (r) =>
      Promise.resolve(r.status),
    );
    if (known === 200) return;
    const start = await this.#expect({ method: "POST", target: `${path}/uploads/` }, [202]);
    const { chunkBytes } = this.#options;
    if (chunkBytes === undefined || blob.size <= chunkBytes) {
      const bytes = async (): Promise<Readable> =>
        Readable.from(await this.#content.open(blob, this.#options.signal), { objectMode: false });
      await this.#finish(start, blob, { body: bytes, size: blob.size });
    } else {
      await this.#finish(await this.#chunks(start, blob, chunkBytes), blob, undefined);
    }
  }

  async #chunks(start: URL, blob: BlobId, chunkBytes: number): Promise<URL> {
    let location = start;
    let offset = 0;
    for await (const chunk of regroup(await this.#content.open(blob, this.#options.signal), chunkBytes)) {
      const headers = {
        "content-type": "application/octet-stream",
        "content-range": `${offset}-${offset + chunk.length - 1}`,
      };
      location = await this.#expect(
        { method: "PATCH", target: location, headers, body: () => chunk },
        [202, 204],
      );
      offset += chunk.length;
    }
    return location;
  }

  async #finish(
    location: URL,
    blob: BlobId,
    upload: { readonly body: () => Promise<Readable>; readonly size: number } | undefined,
  ): Promise<void> {
    const target = new URL(location);
    target.searchParams.set("digest", blob.digest);
    const headers = {
      "content-type": "application/octet-stream",
      "content-length": String(upload?.size ?? 0),
    };
    const source = upload === undefined ? undefined : lazily(upload.body);
    await this.#expect(
      { method: "PUT", target, headers, ...(source === undefined ? {} : { body: source }) },
      [201, 204],
    );
  }

  /** Where the upload goes on. */
  async #expect(request: Omit<RegistryRequest, "actions">, statuses: readonly number[]): Promise<URL> {
    return this.#ask(request, async (response) => {
      if (!statuses.includes(response.status)) throw await this.#http.failure(this.#endpoint, response);
      const location = response.headers["location"];
      const url = URL.parse(location ?? "", response.url.href);
      if (url === null) {
        throw ociErrors.make(
          "REGISTRY_UNAVAILABLE",
          `${placeOf(this.#endpoint)} gave no usable upload location`,
        );
      }
      return url;
    });
  }

  #ask<T>(
    request: Omit<RegistryRequest, "actions">,
    read: (response: HttpResponse) => Promise<T>,
  ): Promise<T> {
    const full = { ...request, actions: "pull,push" as const, signal: this.#options.signal };
    return this.#http.fetch(this.#endpoint, full, async (response) => {
      try {
        return await read(response);
      } finally {
        await discard(response);
      }
    });
  }
}

/** A stream that is opened when it is first read, so that each try of a request starts anew. */
function lazily(open: () => Promise<Readable>): () => Readable {
  return () =>
    Readable.from(
      (async function* () {
        yield* (await open()) as AsyncIterable<Uint8Array>;
      })(),
      { objectMode: false },
    );
}

/** The same bytes in pieces of `size`, the last one excepted. */
async function* regroup(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer, void, undefined> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= size) {
      yield pending.subarray(0, size);
      pending = pending.subarray(size);
    }
  }
  if (pending.length > 0) yield pending;
}
