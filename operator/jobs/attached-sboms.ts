// SPDX-License-Identifier: Apache-2.0
/** SBOMs that are attached to an image in a repository which `StellaOps.spec.scan.attachedSboms` names. */
import { attachedScan } from "#engines/scanner/adapters/attached-sbom.ts";
import { matchGlob } from "#lib/glob.ts";
import { parseReference, repositoryOf } from "#lib/oci/reference.ts";
import { RegistryClient } from "#lib/oci/registry-client.ts";
import type { Parts } from "../backend.ts";
import type { ScanJobPorts } from "./scan.ts";

type Attached = Pick<ScanJobPorts, "takesAttached" | "attached">;

/** Looked up for each scan: the list may change while the operator runs. */
export function attachedSboms({
  caches,
  registries,
  logger,
}: Pick<Parts, "caches" | "registries" | "logger">): Attached {
  return {
    takesAttached: ({ imageReference }) => {
      const trusted = caches.stellaOps.get(undefined, "stellaops")?.spec.scan.attachedSboms?.repositories;
      if (trusted === undefined) return false;
      const repository = repositoryOf(parseReference(imageReference));
      return trusted.some((pattern) => matchGlob(pattern, repository));
    },
    attached: async ({ imageReference, namespace, pullSecrets }, resolved) => {
      const settings = await registries.settings(namespace, pullSecrets);
      const client = new RegistryClient(settings);
      const reference = parseReference(imageReference);
      const tell = (outcome: string): void =>
        logger.info({ image: imageReference, outcome }, "attached SBOM looked for");
      try {
        return await attachedScan({ reference, client, settings, tell }, resolved);
      } finally {
        await client.close();
      }
    },
  };
}
