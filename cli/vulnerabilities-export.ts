// SPDX-License-Identifier: Apache-2.0
/**
 * All vulnerabilities of the kept advisories as lines of canonical JSON, by id, behind a head with format and counts:
 * docs/formats/vulnerabilities.md. Nothing in them tells when, where or in which order the feeds were imported.
 */
import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { canonicalRecords } from "#engines/evaluation/index.ts";
import type { Snapshot } from "#engines/evaluation/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import type { Digest } from "#lib/digest.ts";
import { defineErrors, messageOf } from "#lib/errors.ts";
import { loadSnapshot } from "./advisories.ts";
import { writeStdout } from "./output.ts";

const exportErrors = defineErrors("cli-vulnerabilities-export", {
  VULNERABILITIES_UNWRITABLE: "unavailable",
});

const FORMAT = "stellaops.vulnerabilities/1";
/** Bytes that are written at once. */
const CHUNK = 1024 * 1024;

export interface VulnerabilitiesExport {
  readonly vulnerabilities: number;
  readonly advisories: number;
  /** SHA-256 of all that was written. */
  readonly digest: Digest;
}

/**
 * @param target a file, which appears whole or not at all, or `-`
 * @returns undefined where whoever read stdout had seen enough before the end
 * @throws ADVISORIES_MISSING, VULNERABILITIES_UNWRITABLE, OUTPUT_FAILED
 */
export async function exportVulnerabilities(
  folder: string,
  target: string,
): Promise<VulnerabilitiesExport | undefined> {
  const snapshot = await loadSnapshot([], folder);
  const hash = createHash("sha256");
  const chunks = chunksOf(snapshot, (bytes) => hash.update(bytes));
  if (target !== "-") await writeFileOf(target, chunks);
  else for (const chunk of chunks) if (!(await writeStdout(chunk))) return undefined;
  const { vulnerabilities, advisories } = snapshot;
  return { vulnerabilities, advisories, digest: `sha256:${hash.digest("hex")}` };
}

function* chunksOf(snapshot: Snapshot, onChunk: (bytes: Buffer) => void): Generator<Buffer, void> {
  let lines: string[] = [];
  let length = 0;
  const take = (): Buffer => {
    const bytes = Buffer.from(lines.join(""));
    onChunk(bytes);
    [lines, length] = [[], 0];
    return bytes;
  };
  for (const line of linesOf(snapshot)) {
    lines.push(line);
    length += line.length;
    if (length >= CHUNK) yield take();
  }
  yield take();
}

function* linesOf(snapshot: Snapshot): Generator<string, void> {
  const { advisories, vulnerabilities } = snapshot;
  yield `${canonicalJson({ format: FORMAT, advisories, vulnerabilities })}\n`;
  for (const record of canonicalRecords(snapshot)) yield `${canonicalJson(record)}\n`;
}

async function writeFileOf(target: string, chunks: Iterable<Buffer>): Promise<void> {
  const part = `${target}.${randomUUID()}.part`;
  try {
    await pipeline(chunks, createWriteStream(part));
    await rename(part, target);
  } catch (cause) {
    await rm(part, { force: true }).catch(() => undefined);
    throw exportErrors.make("VULNERABILITIES_UNWRITABLE", `cannot write ${target}: ${messageOf(cause)}`, {
      cause,
    });
  }
}
