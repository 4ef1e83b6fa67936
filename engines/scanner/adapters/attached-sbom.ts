// SPDX-License-Identifier: Apache-2.0
/**
 * An image's SBOM from what is attached to it instead of from its layers: referrers (OCI distribution-spec v1.1), and
 * BuildKit's attestations in the image's index (moby/buildkit, docs/attestations/attestation-storage.md).
 */
import { canonicalJson } from "#lib/canonical-json.ts";
import { byKey } from "#lib/compare.ts";
import { digestOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { StellaError, codeOf, messageOf } from "#lib/errors.ts";
import type { Descriptor } from "#lib/oci/manifest.ts";
import type { ImageReference } from "#lib/oci/reference.ts";
import { Referrers } from "#lib/oci/referrers.ts";
import type { RegistryClient } from "#lib/oci/registry-client.ts";
import type { RegistrySettings } from "#lib/oci/registry/settings.ts";
import type { ResolvedImage } from "#lib/oci/types.ts";
import { collect } from "#lib/oci/verify.ts";
import { analyzerVersions } from "../analyzers/catalog.ts";
import { MAX_SBOM_LENGTH, readSbom } from "../formats/read/read-sbom.ts";
import type { ScanResult } from "../scan-image.ts";
import type { Sbom } from "../types.ts";

/** What `--attach` writes, and by which types it is found again. */
export const attachable = {
  cyclonedx: { artifactType: "application/vnd.cyclonedx+json", output: "cyclonedx-json" },
  spdx: { artifactType: "application/spdx+json", output: "spdx-json" },
} as const;
export type Attachable = keyof typeof attachable;

/** Annotation of our artifacts: digest of the analyzers' versions, by which a reader knows whether it would find more. */
export const ANALYZERS = "org.stella-ops.sbom.analyzers";

export const analyzersDigest = (versions: Sbom["analyzers"]): Digest => digestOf(canonicalJson(versions));

/** In the order in which they are preferred. */
const TYPES = Object.values(attachable).map(({ artifactType }) => artifactType as string);
const IN_TOTO = "application/vnd.in-toto+json";
const PREDICATE = "in-toto.io/predicate-type";
const SPDX_PREDICATE = "https://spdx.dev/Document";
/** Documents that are opened before the layers are read after all. */
const MAX_TRIES = 4;

/** Where to look. The client answers for its mirrors too; referrers are those of the registry itself. */
export interface AttachedFrom {
  readonly reference: ImageReference;
  readonly client: RegistryClient;
  readonly settings: RegistrySettings;
  /** Takes a sentence: what was used, or why not. */
  readonly tell: (sentence: string) => void;
}

/** A document that may be read. */
interface Candidate {
  /** Of the artifact or attestation manifest. */
  readonly digest: Digest;
  readonly order: string;
  readonly read: () => Promise<Uint8Array>;
}

/** Undefined, after a sentence that says why, when none is attached that can be used. */
export async function attachedScan(
  from: AttachedFrom,
  resolved: ResolvedImage,
): Promise<ScanResult | undefined> {
  const referrers = new Referrers(from.reference, from.settings);
  try {
    const found = await candidates(from, referrers, resolved);
    for (const candidate of found.slice(0, MAX_TRIES)) {
      const sbom = await tried(candidate, resolved, from);
      if (!sbom) continue;
      const { digest } = candidate;
      from.tell(`from attached SBOM ${digest}; its signature was not checked, and no layer was read`);
      const counters = { layers: resolved.layers.length, cached: 0, analyzed: 0, bytes: 0 };
      return { resolved, sbom: { ...sbom, source: { kind: "attached", digest } }, fragments: [], counters };
    }
    from.tell("no attached SBOM that can be used; reading the layers");
    return undefined;
  } finally {
    await referrers.close();
  }
}

async function tried(
  { digest, read }: Candidate,
  image: ResolvedImage,
  { tell }: AttachedFrom,
): Promise<Sbom | undefined> {
  return orSaid(tell, `attached SBOM ${digest} is not used`, async () =>
    readSbom(Buffer.from(await read()).toString("utf8"), { image }),
  );
}

/** Ours first, of those what this version would write; then by type, then by digest. */
async function candidates(
  from: AttachedFrom,
  referrers: Referrers,
  { imageDigest, indexDigest }: ResolvedImage,
): Promise<readonly Candidate[]> {
  const current = analyzersDigest(analyzerVersions);
  const listed = await orSaid(from.tell, "referrers are not listed", () => referrers.list(imageDigest));
  const attached = (listed ?? []).flatMap(({ digest, artifactType, annotations }): Candidate[] => {
    const type = TYPES.indexOf(artifactType);
    if (type < 0) return [];
    const ours = annotations[ANALYZERS];
    const rank = ours === current ? 0 : ours === undefined ? 2 : 1;
    return [
      { digest, order: `${rank}${type}${digest}`, read: () => referrers.read(digest, MAX_SBOM_LENGTH) },
    ];
  });
  const built =
    indexDigest &&
    (await orSaid(from.tell, "attestations are not read", () =>
      attestations(from, indexDigest, imageDigest),
    ));
  return [...attached, ...(built ?? [])].sort(byKey(({ order }) => order));
}

/** Of one platform's image, in the index: BuildKit puts the document of the image itself before those of other stages. */
async function attestations(
  { client, reference: { registry, repository } }: AttachedFrom,
  index: Digest,
  image: Digest,
): Promise<readonly Candidate[]> {
  const { content } = await client.manifest({ registry, repository, digest: index });
  const named =
    content.kind === "index" ? content.manifests.filter((entry) => isAttestation(entry, image)) : [];
  const found: Candidate[] = [];
  for (const { digest } of named.slice(0, MAX_TRIES)) {
    const document = await client.manifest({ registry, repository, digest });
    const layers = document.content.kind === "manifest" ? document.content.layers : [];
    const layer = layers.find(
      ({ mediaType, annotations }) => mediaType === IN_TOTO && annotations[PREDICATE] === SPDX_PREDICATE,
    );
    if (!layer || layer.size > MAX_SBOM_LENGTH) continue;
    const read = async (): Promise<Uint8Array> =>
      collect(await client.openBlob({ registry, repository }, layer));
    found.push({ digest, order: `3${digest}`, read });
  }
  return found;
}

function isAttestation({ annotations }: Descriptor, image: Digest): boolean {
  return (
    annotations["vnd.docker.reference.type"] === "attestation-manifest" &&
    annotations["vnd.docker.reference.digest"] === image
  );
}

/** What goes wrong here is no reason to fail: there still are the layers. */
async function orSaid<T>(
  tell: AttachedFrom["tell"],
  what: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StellaError)) throw error;
    tell(`${what} (${codeOf(error)}: ${messageOf(error)})`);
    return undefined;
  }
}
