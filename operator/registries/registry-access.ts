// SPDX-License-Identifier: Apache-2.0
/** Opening images with the credentials of who asks, and Scans made on behalf of callers. */
import { RegistryClient } from "#lib/oci/registry-client.ts";
import { openImageSource } from "#lib/oci/open-image-source.ts";
import { parseReference, repositoryOf } from "#lib/oci/reference.ts";
import type { ImageReference } from "#lib/oci/reference.ts";
import type { RegistrySettings } from "#lib/oci/registry/settings.ts";
import type { SharedImageSource } from "#lib/oci/types.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { defineErrors } from "#lib/errors.ts";
import type { ProxySettings } from "#lib/http/proxy.ts";
import { isAlreadyExists } from "#lib/kube/index.ts";
import type { KubeClient, KubeObject, Resource } from "#lib/kube/index.ts";
import { DISCOVERED, objectName } from "#controllers/workload/index.ts";
import { API_VERSION, resources } from "#crds/index.ts";
import type { Scan } from "#crds/index.ts";
import type { Caches } from "../caches.ts";
import { registrySettingsErrors, registrySettingsFor } from "./registry-settings.ts";
import type { RegistrySpec, SecretRef } from "./registry-settings.ts";

export interface RegistryAccess {
  /**
   * With the credentials of the namespace that asks: the system's own serve the system namespace only, and nobody may
   * name another namespace's pull secrets. @throws PULL_SECRET_FOREIGN
   */
  settings(asker: string, pullSecrets: readonly SecretRef[]): Promise<RegistrySettings>;
  /** As `settings`. @throws PULL_SECRET_FOREIGN */
  open(reference: string, asker: string, pullSecrets: readonly SecretRef[]): Promise<SharedImageSource>;
  /** With the system's credentials only: a tag's digest is no secret of the namespace that asks. */
  readonly resolveDigest: (image: string) => Promise<Digest>;
}

/** @param proxy of the process's environment; for every registry */
export function registryAccess(
  client: KubeClient,
  caches: Caches,
  namespace: string,
  proxy: ProxySettings = {},
): RegistryAccess {
  const settings: RegistryAccess["settings"] = async (asker, pullSecrets) => {
    const configured = registriesOf(caches);
    if (asker !== namespace) requireOwn(asker, pullSecrets);
    const registries = asker === namespace ? configured : withoutCredentials(configured);
    return { ...(await registrySettingsFor(client, { namespace, registries }, pullSecrets)), proxy };
  };
  return {
    settings,
    open: async (reference, asker, pullSecrets) =>
      openImageSource(reference, { registry: await settings(asker, pullSecrets) }),
    resolveDigest: async (image) => {
      const registry = new RegistryClient(await settings(namespace, []));
      try {
        return await registry.resolveDigest(parseReference(image), AbortSignal.timeout(2_000));
      } finally {
        await registry.close();
      }
    },
  };
}

const registriesOf = (caches: Caches): readonly RegistrySpec[] =>
  caches.stellaOps.get(undefined, "stellaops")?.spec.registries ?? [];

const withoutCredentials = (registries: readonly RegistrySpec[]): readonly RegistrySpec[] =>
  registries.map(({ secretRef: _, ...registry }) => registry);

function requireOwn(asker: string, pullSecrets: readonly SecretRef[]): void {
  const foreign = pullSecrets.find((secret) => secret.namespace !== asker);
  if (foreign === undefined) return;
  throw registrySettingsErrors.make(
    "PULL_SECRET_FOREIGN",
    `a Scan in ${asker} may not use the pull secret ${foreign.namespace}/${foreign.name}`,
  );
}

const scans = resources.scans as Resource<Scan>;

export const scanWishErrors = defineErrors("scan-wish", { SCAN_DIGESTS_DIFFER: "invalid" });

export interface ScanWish {
  readonly imageRef: string;
  readonly digest?: string | undefined;
  readonly pullSecret?: string | undefined;
  readonly force?: boolean | undefined;
  /** Made for discovery, which removes it when nothing needs it. */
  readonly discovered?: boolean | undefined;
}

/** The Scan for the wish, made if it is not there yet. The name follows from the image, so that wishes meet. */
export async function createScan(
  client: KubeClient,
  caches: Caches,
  namespace: string,
  { imageRef, digest, pullSecret, force, discovered }: ScanWish,
): Promise<Scan> {
  const reference = parseReference(imageRef);
  if (digest !== undefined && reference.digest !== undefined && digest !== reference.digest) {
    throw scanWishErrors.make("SCAN_DIGESTS_DIFFER", `${imageRef} does not name the digest ${digest}`);
  }
  const known = digest ?? reference.digest;
  const name = known === undefined ? nameOfTag(reference) : objectName(reference.repository, known);
  const existing = caches.scans.get(namespace, name);
  if (existing !== undefined) return force === true ? rescan(client, existing) : existing;
  const object = {
    apiVersion: API_VERSION,
    kind: "Scan",
    metadata: { namespace, name, ...(discovered === true ? { labels: DISCOVERED } : {}) },
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

/** Registry and whole repository count: two images whose last parts are equal are two Scans. */
function nameOfTag(reference: ImageReference): string {
  const { repository, tag = "latest" } = reference;
  const hash = hexOf(digestOf(`${repositoryOf(reference)}:${tag}`)).slice(0, 12);
  return objectName(`${repository.slice(repository.lastIndexOf("/") + 1)}-${tag}`, `sha256:${hash}`);
}
