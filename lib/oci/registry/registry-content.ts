// SPDX-License-Identifier: Apache-2.0
/** A registry reference as a content source. */
import { MAX_MANIFEST_BYTES } from "../manifest.ts";
import { ociErrors } from "../errors.ts";
import type { Content } from "../content.ts";
import { formatReference } from "../reference.ts";
import type { ImageReference } from "../reference.ts";
import type { RegistryClient } from "../registry-client.ts";

/** @param owned whether closing the content closes the client */
export function registryContent(client: RegistryClient, reference: ImageReference, owned: boolean): Content {
  const { registry, repository } = reference;
  const description = `registry ${formatReference(reference)}`;
  return {
    description,
    root: () => client.manifest(reference),
    manifest: ({ digest, size }) => {
      if (size <= MAX_MANIFEST_BYTES) return client.manifest({ registry, repository, digest });
      const what = `manifest ${digest} of ${description} is larger than ${MAX_MANIFEST_BYTES} bytes`;
      return Promise.reject(ociErrors.make("MANIFEST_INVALID", what));
    },
    open: (blob, signal) => client.openBlob(reference, blob, signal),
    file: () => undefined,
    access: () => client.access(reference),
    close: () => (owned ? client.close() : Promise.resolve()),
  };
}
