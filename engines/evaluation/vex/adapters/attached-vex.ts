// SPDX-License-Identifier: Apache-2.0
/**
 * VEX documents that are attached to an image in its registry: referrers (OCI distribution-spec v1.1), attestations under cosign's
 * tag `sha256-HEX.att`, and those that BuildKit keeps in the image's index (moby/buildkit, docs/attestations/attestation-storage.md).
 */
import { byKey } from "#lib/compare.ts";
import { hexOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { StellaError, codeOf, messageOf } from "#lib/errors.ts";
import type { Descriptor } from "#lib/oci/manifest.ts";
import { repositoryOf } from "#lib/oci/reference.ts";
import type { ImageReference } from "#lib/oci/reference.ts";
import { Referrers } from "#lib/oci/referrers.ts";
import type { RegistrySettings } from "#lib/oci/registry/settings.ts";
import { compileAttached } from "../attached/compile-attached.ts";
import type { AttachedBytes, AttachedVex } from "../attached/compile-attached.ts";
import { isVexPredicate } from "../attached/unwrap.ts";
import type { AttachedImage } from "../types.ts";

/** Artifacts that are opened, of all that may be VEX by their type. */
const MAX_ARTIFACTS = 50;
const MAX_LAYERS = 16;
/** An attestation is a third longer than the document in it. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_TOTAL_BYTES = 8 * 1024 * 1024;
const MAX_MS = 30_000;

/**
 * Types of artifacts and of layers that may hold VEX: the document as such, attestations, Sigstore bundles, and what is just JSON.
 * None of the first is registered; all are in use.
 */
const TYPES =
  /^(?:application\/(?:vnd\.)?(?:openvex|vex|csaf|oasis\.csaf|in-toto|dsse\.envelope\.v1|cyclonedx|dev\.sigstore\.bundle[\w.]*|docker\.attestation\.manifest\.v1)\+json|(?:application|text)\/(?:vex\+)?json)(?:;|$)/i;
/** Where the predicate's type is told: Docker and in-toto, Sigstore bundles, cosign's tags. */
const PREDICATE_KEYS = ["in-toto.io/predicate-type", "dev.sigstore.bundle.predicateType", "predicateType"];
/** Annotation of the SBOMs that `stella scan --attach` attaches. */
const OWN_SBOM = "org.stella-ops.sbom.analyzers";

export interface AttachedVexPlace {
  readonly reference: ImageReference;
  readonly settings: RegistrySettings;
  readonly signal?: AbortSignal;
}

/** What can't be had is left out, with a line that says so; throws only when `signal` ends the work. */
export async function attachedVex(
  { reference, settings, signal }: AttachedVexPlace,
  { imageDigest, indexDigest }: Pick<AttachedImage, "imageDigest" | "indexDigest">,
): Promise<AttachedVex> {
  const image: AttachedImage = {
    imageDigest,
    ...(indexDigest === undefined ? {} : { indexDigest }),
    repository: repositoryOf(reference),
  };
  const ours = AbortSignal.timeout(MAX_MS);
  const either = signal === undefined ? ours : AbortSignal.any([signal, ours]);
  const referrers = new Referrers(reference, settings);
  const reader = new Reader(referrers, either, (error) => {
    if (signal?.aborted === true) throw error;
    if (ours.aborted) return `not done within ${MAX_MS / 1000} s`;
    if (!(error instanceof StellaError)) throw error;
    return `${codeOf(error)}: ${messageOf(error)}`;
  });
  try {
    for (const digest of await reader.artifacts(image)) await reader.open(digest);
    return compileAttached(reader.found, image, reader.leftOut);
  } finally {
    await referrers.close();
  }
}

class Reader {
  readonly found: AttachedBytes[] = [];
  readonly leftOut: string[] = [];
  readonly #referrers: Referrers;
  readonly #signal: AbortSignal;
  /** Throws what must not be passed over. */
  readonly #reasonOf: (error: unknown) => string;
  #bytes = 0;

  constructor(referrers: Referrers, signal: AbortSignal, reasonOf: (error: unknown) => string) {
    this.#referrers = referrers;
    this.#signal = signal;
    this.#reasonOf = reasonOf;
  }

  /** Manifests that may hold VEX, each once, by digest. */
  async artifacts({ imageDigest, indexDigest }: AttachedImage): Promise<readonly Digest[]> {
    const found = new Set<Digest>();
    for (const subject of [imageDigest, ...(indexDigest === undefined ? [] : [indexDigest])]) {
      const listed = await this.#try(`referrers of ${subject} are not listed`, () =>
        this.#referrers.list(subject, undefined, this.#signal),
      );
      for (const { digest, artifactType, annotations } of listed ?? [])
        if (TYPES.test(artifactType) && mayBeVex(annotations)) found.add(digest);
      const tag = `sha256-${hexOf(subject)}.att`;
      const tagged = await this.#try(`${tag} is not read`, () => this.#referrers.manifest(tag, this.#signal));
      if (tagged?.content.kind === "manifest") found.add(tagged.digest);
    }
    if (indexDigest !== undefined) {
      const index = await this.#try(`index ${indexDigest} is not read`, () =>
        this.#referrers.manifest(indexDigest, this.#signal),
      );
      const entries = index?.content.kind === "index" ? index.content.manifests : [];
      for (const { digest, annotations } of entries)
        if (annotations["vnd.docker.reference.digest"] === imageDigest) found.add(digest);
    }
    const all = [...found].sort(byKey((digest) => digest));
    if (all.length > MAX_ARTIFACTS)
      this.leftOut.push(`${all.length - MAX_ARTIFACTS} artifacts: at most ${MAX_ARTIFACTS} are opened`);
    return all.slice(0, MAX_ARTIFACTS);
  }

  async open(artifact: Digest): Promise<void> {
    const document = await this.#try(artifact, async () => {
      const found = await this.#referrers.manifest(artifact, this.#signal);
      if (found === undefined) this.leftOut.push(`${artifact}: it is not there`);
      return found;
    });
    if (document?.content.kind !== "manifest") return;
    const { layers, annotations } = document.content;
    const wanted = layers.filter(
      (layer) => TYPES.test(layer.mediaType) && mayBeVex({ ...annotations, ...layer.annotations }),
    );
    if (wanted.length > MAX_LAYERS)
      this.leftOut.push(
        `${artifact}: ${wanted.length - MAX_LAYERS} of its layers: at most ${MAX_LAYERS} are read`,
      );
    for (const [index, layer] of wanted.slice(0, MAX_LAYERS).entries())
      await this.#read(layer, index === 0 ? artifact : `${artifact}/${index}`);
  }

  async #read(layer: Descriptor, name: string): Promise<void> {
    if (this.#bytes + layer.size > MAX_TOTAL_BYTES) {
      this.leftOut.push(`${name}: more than ${MAX_TOTAL_BYTES} bytes together`);
      return;
    }
    const bytes = await this.#try(name, () => this.#referrers.readLayer(layer, MAX_BYTES, this.#signal));
    if (bytes === undefined) return;
    this.#bytes += bytes.length;
    this.found.push({ name, bytes });
  }

  async #try<Value>(what: string, work: () => Promise<Value>): Promise<Value | undefined> {
    try {
      return await work();
    } catch (error) {
      this.leftOut.push(`${what}: ${this.#reasonOf(error)}`);
      return undefined;
    }
  }
}

/** False where it is told to be something else. */
function mayBeVex(annotations: Readonly<Record<string, string>>): boolean {
  if (annotations[OWN_SBOM] !== undefined) return false;
  const told = PREDICATE_KEYS.flatMap((key) => annotations[key] ?? []);
  return told.length === 0 || told.some(isVexPredicate);
}
