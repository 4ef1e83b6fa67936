// SPDX-License-Identifier: Apache-2.0
/** What a scan judges by, read from files: policies and VEX documents. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { compileVexSnapshot, openVexSnapshot, parsePolicy } from "#engines/evaluation/index.ts";
import type { Policy, VexDocument, VexSnapshot } from "#engines/evaluation/index.ts";
import { messageOf } from "#lib/errors.ts";
import { fileErrors, readText } from "../files.ts";
import { say } from "../output.ts";

/** @throws FILE_MISSING, and what `parsePolicy` throws */
export async function readPolicies(files: readonly string[]): Promise<readonly Policy[]> {
  const policies: Policy[] = [];
  for (const file of files) policies.push(parsePolicy(await readText(file), { name: file }));
  return policies;
}

/** A document that does not parse is left out and told of, unless nothing else is there. @throws FILE_MISSING */
export async function readVex(paths: readonly string[]): Promise<VexSnapshot> {
  const documents: VexDocument[] = [];
  for (const path of paths) {
    for (const file of await jsonFiles(path)) {
      documents.push({ source: path, name: file, bytes: await readText(file) });
    }
  }
  const { bytes, problems, problemCount } = compileVexSnapshot(documents);
  const snapshot = openVexSnapshot(bytes);
  const [first] = problems;
  if (first !== undefined && snapshot.statements === 0) throw first;
  for (const problem of problems.slice(0, 5)) say(`stella: VEX left out: ${messageOf(problem)}`);
  if (problemCount > 5) say(`stella: and ${problemCount - 5} more VEX problems`);
  return snapshot;
}

async function jsonFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw fileErrors.make("FILE_MISSING", `there is no file or folder ${path}`, { cause });
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json")) // a pipe would be waited for
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
