// SPDX-License-Identifier: Apache-2.0
/** What a scan judges by, read from files: policies and VEX documents. */
import { stat } from "node:fs/promises";
import { fileFeed } from "#engines/evaluation/advisories/adapters/file-feed.ts";
import {
  openVexSnapshot,
  parsePolicy,
  readVexFeed,
  standing,
  vexCompiler,
} from "#engines/evaluation/index.ts";
import type { Policy, VexFeed, VexSnapshot } from "#engines/evaluation/index.ts";
import { messageOf } from "#lib/errors.ts";
import { fileErrors, readText } from "../files.ts";
import { say } from "../output.ts";
import { isWebAddress, openAddress, shownAddress } from "../web-feed.ts";

/** @throws FILE_MISSING, and what `parsePolicy` throws */
export async function readPolicies(files: readonly string[]): Promise<readonly Policy[]> {
  const policies: Policy[] = [];
  for (const file of files) policies.push(parsePolicy(await readText(file), { name: file }));
  return policies;
}

/** A document that does not parse is left out and told of, unless nothing else is there. @throws FILE_MISSING, FEED_UNREADABLE */
export async function readVex(paths: readonly string[], downloads: string): Promise<VexSnapshot> {
  const compiler = vexCompiler();
  const feedProblems: Error[] = [];
  let feedProblemCount = 0;
  for (const path of paths) {
    const found = await vexAt(path, downloads);
    for (const document of found.documents) compiler.add(document);
    feedProblems.push(...found.problems);
    feedProblemCount += found.problemCount;
  }
  const compiled = compiler.finish();
  const snapshot = openVexSnapshot(compiled.bytes);
  const problems = [...feedProblems, ...compiled.problems];
  const [first] = problems;
  if (first !== undefined && snapshot.statements === 0) throw first;
  for (const problem of problems.slice(0, MAX_SAID)) say(`stella: VEX left out: ${messageOf(problem)}`);
  const more = feedProblemCount + compiled.problemCount - MAX_SAID;
  if (more > 0) say(`stella: and ${more} more VEX problems`);
  return snapshot;
}

const MAX_SAID = 5;
/** Endings of files that hold documents; a file of another name, or a pipe, is one document. */
const HOLDS_DOCUMENTS = /\.(?:json|jsonl|ndjson|tar|tgz|tzst|zip|gz|zst)$/i;

async function vexAt(path: string, downloads: string): Promise<Omit<VexFeed, "ignored">> {
  if (isWebAddress(path)) {
    const feed = await openAddress(path, { downloads, reader: "vex auto" });
    try {
      const found = await readVexFeed(shownAddress(path), feed);
      const inventory = await feed.inventory();
      return { ...found, documents: standing(inventory, [], found.documents, new Set()) };
    } finally {
      await feed.close();
    }
  }
  const found = await stat(path).catch((cause: unknown) => {
    throw fileErrors.make("FILE_MISSING", `there is no file or folder ${path}`, { cause });
  });
  if (found.isDirectory() || (found.isFile() && HOLDS_DOCUMENTS.test(path)))
    return readVexFeed(path, fileFeed(path));
  const documents = [{ source: path, name: path, bytes: await readText(path) }];
  return { documents, problems: [], problemCount: 0 };
}
