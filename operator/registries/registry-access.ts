// SPDX-License-Identifier: Apache-2.0
/** Opening images with the credentials of who asks, and Scans made on behalf of callers. */
import { RegistryClient } from "#lib/oci/registry-client.ts";
import { openImageSource } from "#lib/oci/open-image-source.ts";
import { parseReference } from "#lib/oci/reference.ts";
import type { RegistrySettings } from "#lib/oci/registry/settings.ts";
import type { SharedImageSource } from "#lib/oci/types.ts";
import type { Digest } from "#lib/digest.ts";
import { isAlreadyExists } from "#lib/kube/index.ts";
import type { KubeClient, KubeObject, Resource } from "#lib/kube/index.ts";
import { objectName } from "#controllers/workload/index.ts";
import { API_VERSION, resources } from "#crds/index.ts";
import type { Scan } from "#crds/index.ts";
import type { Caches } from "../caches.ts";
import { registrySettingsFor } from "./registry-settings.ts";
import type { SecretRef } from "./registry-settings.ts";

export interface RegistryAccess {
  settings(pullSecrets: readonly SecretRef[]): Promise<RegistrySettings>;
  open(reference: string, pullSecrets: readonly SecretRef[]): Promise<SharedImageSource>;
  /** With the system's credentials only: a tag's digest is no secret of the namespace that asks. */
  readonly resolveDigest: (image: string) => Promise<Digest>;
}

export function registryAccess(client: KubeClient, caches: Caches, namespace: string): RegistryAccess {
  const settings = (pullSecrets: readonly SecretRef[]): Promise<RegistrySettings> => {
    const registries = caches.stellaOps.get(undefined, "stellaops")?.spec.registries ?? [];
    return registrySettingsFor(client, { namespace, registries }, pullSecrets);
  };
  return {
    settings,
    open: async (reference, pullSecrets) =>
      openImageSource(reference, { registry: await settings(pullSecrets) }),
    resolveDigest: async (image) => {
      const registry = new RegistryClient(await settings([]));
      try {
        return await registry.resolveDigest(parseReference(image), AbortSignal.timeout(4_000));
      } finally {
        await registry.close();
      }
    },
  };
}

const scans = resources.scans as Resource<Scan>;

export interface ScanWish {
  readonly imageRef: string;
  readonly digest?: string | undefined;
  readonly pullSecret?: string | undefined;
  readonly force?: boolean | undefined;
}

/** The Scan for the wish, made if it is not there yet. The name follows from the image, so that wishes meet. */
export async function createScan(
  client: KubeClient,
  caches: Caches,
  namespace: string,
  { imageRef, digest, pullSecret, force }: ScanWish,
): Promise<Scan> {
  const reference = parseReference(imageRef);
  const known = digest ?? reference.digest;
  const name =
    known === undefined
      ? nameOfTag(reference.repository, reference.tag ?? "latest")
      : objectName(reference.repository, known);
  const existing = caches.scans.get(namespace, name);
  if (existing !== undefined) return force === true ? rescan(client, existing) : existing;
  const object = {
    apiVersion: API_VERSION,
    kind: "Scan",
    metadata: { namespace, name },
    spec: {
      imageRef,
      ...(digest === undefined ? {} : { digest }),
      ...(pullSecret === undefined ? {} : { pullSecrets: [{ namespace, name: pullSecret }] }),
      ...(force === true ? { forceGeneration: 1 } : {}),
    },
  } as KubeObject as Scan;
  try {
    return await client.create(scans, object, { fieldManager: "stellaops-api" });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return client.get(scans, { namespace, name });
  }
}

function rescan(client: KubeClient, scan: Scan): Promise<Scan> {
  const { namespace, name } = scan.metadata;
  const forceGeneration = Math.max(scan.spec.forceGeneration ?? 0, scan.status?.scannedFor ?? 0) + 1;
  return client.patch(
    scans,
    { namespace, name },
    { spec: { forceGeneration } },
    { fieldManager: "stellaops-api" },
  );
}

function nameOfTag(repository: string, tag: string): string {
  const text = `${repository.slice(repository.lastIndexOf("/") + 1)}-${tag}`.toLowerCase();
  return text
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 63)
    .replace(/-+$/, "");
}
