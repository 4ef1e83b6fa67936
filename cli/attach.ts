// SPDX-License-Identifier: Apache-2.0
/** `stella scan --attach`: the SBOM goes to the image's registry as a referrer (OCI image-spec v1.1, "Associated artifacts"). */
import type { ScanResult } from "#engines/scanner/index.ts";
import { hexOf } from "#lib/digest.ts";
import { parseReference, repositoryOf } from "#lib/oci/reference.ts";
import { Referrers } from "#lib/oci/referrers.ts";
import type { Subject } from "#lib/oci/referrers.ts";
import { RegistryClient } from "#lib/oci/registry-client.ts";
import type { RegistrySettings } from "#lib/oci/registry/settings.ts";
import { say } from "./output.ts";
import { ANALYZERS, analyzersDigest, attachable } from "#engines/scanner/adapters/attached-sbom.ts";
import type { Attachable } from "#engines/scanner/adapters/attached-sbom.ts";
import { documentOf } from "./scan/documents.ts";
import { imageNameOf, registrySettings } from "./scan/target.ts";
import type { TargetFlags } from "./scan/target.ts";

/** The same SBOM twice is one artifact. @throws what registries answer */
export async function attachSbom(
  target: string,
  scanned: ScanResult,
  format: Attachable,
  flags: TargetFlags,
): Promise<void> {
  const { artifactType, output } = attachable[format];
  const imageName = imageNameOf(target, scanned);
  const options = { imageName, view: "inventory", all: false, wide: false, isForStdout: false } as const;
  const bytes = Buffer.from(documentOf(output, scanned, options));
  const settings = await registrySettings(target, flags);
  const subject = await subjectOf(target, scanned, settings);
  const referrers = new Referrers(parseReference(target), settings);
  try {
    const artifact = { artifactType, mediaType: artifactType, bytes, annotations: annotationsOf(scanned) };
    const { digest, listedBy } = await referrers.attach(subject, artifact);
    const list =
      listedBy === "tag" ? `the tag sha256-${hexOf(subject.digest)}` : "the registry's list of referrers";
    const place = `${repositoryOf(parseReference(target))}@${subject.digest}`;
    say(`stella: SBOM attached to ${place} as ${digest} (${artifactType}), found by ${list}`);
  } finally {
    await referrers.close();
  }
}

/** The manifest of the platform that was scanned. */
async function subjectOf(
  target: string,
  { resolved }: ScanResult,
  settings: RegistrySettings,
): Promise<Subject> {
  const { registry, repository } = parseReference(target);
  const client = new RegistryClient(settings);
  try {
    const reference = { registry, repository, digest: resolved.imageDigest };
    const { digest, mediaType, bytes } = await client.manifest(reference);
    return { digest, mediaType, size: bytes.length };
  } finally {
    await client.close();
  }
}

/** Nothing of the moment: the artifact's digest must not change. */
function annotationsOf({ resolved, sbom }: ScanResult): Record<string, string> {
  const { created } = resolved.config;
  return {
    ...(created === undefined ? {} : { "org.opencontainers.image.created": created }),
    [ANALYZERS]: analyzersDigest(sbom.analyzers),
  };
}
