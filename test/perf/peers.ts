// SPDX-License-Identifier: Apache-2.0
/** Scanners of others over the same layout, by their CycloneDX document: from PATH, or built from hack/peers. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { logToStderr } from "#hack/lib/log.ts";
import { emptyJavaDb } from "#hack/peers/java-db.ts";
import { peerNames, peerPath, type PeerName } from "#hack/peers/programs.ts";
import { measure, type Cost } from "./measure.ts";

export interface Peer {
  readonly name: PeerName;
  /** An empty cache, as ours before a cold scan. */
  readonly prepare: () => Promise<void>;
  /** @param layout folder of an OCI layout */
  readonly scan: (layout: string) => Promise<Cost>;
}

/** @param isBuilt build them, which takes a quarter of an hour once, in place of those on PATH */
export async function peers(
  isBuilt: boolean,
  folder: string,
  say: (line: string) => void,
): Promise<readonly Peer[]> {
  const trivyCache = join(folder, "trivy");
  const found: Peer[] = [];
  for (const name of peerNames) {
    const program = isBuilt ? await peerPath(name, logToStderr) : onPath(name);
    if (program === undefined) {
      say(`${name}: skipped, not on PATH; \`-- --peers\` builds it`);
      continue;
    }
    found.push({
      name,
      prepare: async () => {
        await rm(trivyCache, { recursive: true, force: true });
        await emptyJavaDb(trivyCache);
      },
      scan: (layout) => measure(program, argumentsOf(name, layout, trivyCache)),
    });
  }
  return found;
}

function argumentsOf(name: PeerName, layout: string, trivyCache: string): readonly string[] {
  if (name === "syft") return ["scan", `oci-dir:${layout}`, "-o", "cyclonedx-json"];
  return [
    ...["image", "--input", layout, "--format", "cyclonedx", "--cache-dir", trivyCache],
    ...["--offline-scan", "--skip-db-update", "--skip-java-db-update", "--skip-version-check"],
  ];
}

function onPath(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}
