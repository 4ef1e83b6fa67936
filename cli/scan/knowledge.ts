// SPDX-License-Identifier: Apache-2.0
/** What a scan judges by, read from files: policies and VEX documents. */
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import {
  openVexSnapshot,
  parsePolicy,
  readVexFeed,
  standing,
  vexCompiler,
} from "#engines/evaluation/index.ts";
import type { Policy, VexFeed, VexSnapshot, VexTrust } from "#engines/evaluation/index.ts";
import { messageOf } from "#lib/errors.ts";
import { fileErrors, readText } from "../files.ts";
import { say } from "../output.ts";
import { toldFeed } from "../told-feed.ts";
import { addressName, isWebAddress, openAddress } from "../web-feed.ts";

/** Each by the name in it, else by its file's. @throws FILE_MISSING, and what `parsePolicy` throws */
export async function readPolicies(files: readonly string[]): Promise<readonly Policy[]> {
  const names = sourceNames(files);
  const policies: Policy[] = [];
  for (const file of files)
    policies.push(parsePolicy(await readText(file), { name: names.get(file) ?? file, file }));
  return policies;
}

/** A document that does not parse is left out and told of, unless nothing else is there. @throws FILE_MISSING, FEED_UNREADABLE */
export async function readVex(paths: readonly string[], downloads: string): Promise<VexSnapshot> {
  const compiler = vexCompiler();
  const feedProblems: Error[] = [];
  let feedProblemCount = 0;
  for (const [path, source] of sourceNames(paths)) {
    const found = await vexAt(path, source, downloads);
    for (const document of found.documents) compiler.add(document);
    feedProblems.push(...found.problems);
    feedProblemCount += found.problemCount;
  }
  const compiled = compiler.finish();
  const snapshot = openVexSnapshot(compiled.bytes);
  const problems = [...feedProblems, ...compiled.problems];
  const [first] = problems;
  if (first !== undefined && snapshot.statements === 0) throw first;
  sayVexProblems(problems, feedProblemCount + compiled.problemCount);
  return snapshot;
}

/** What of VEX was not taken, for people: the first few and how many more. */
export function sayVexProblems(problems: readonly Error[], count: number): void {
  for (const problem of problems.slice(0, MAX_SAID)) say(`stella: VEX left out: ${messageOf(problem)}`);
  if (count > MAX_SAID) say(`stella: and ${count - MAX_SAID} more VEX problems`);
}

/**
 * Path to the name that a report has for what lies there: its last part, as an import would keep it, so that the same documents
 * and policies give the same report wherever they lie. Of two that end alike each is its path.
 */
export function sourceNames(paths: readonly string[]): ReadonlyMap<string, string> {
  const given = [...new Set(paths)];
  const names = given.map((path) => (isWebAddress(path) ? addressName(path, {}) : basename(resolve(path))));
  return new Map(
    given.map((path, index) => {
      const name = names[index] ?? path;
      return [path, names.indexOf(name) === names.lastIndexOf(name) ? name : path];
    }),
  );
}

/** Weights by the names of their sources, each given by path or name. */
export function vexTrustOf(paths: readonly string[], weights: VexTrust): VexTrust {
  const names = sourceNames(paths);
  return Object.fromEntries(
    Object.entries(weights).map(([path, weight]) => [names.get(path) ?? path, weight]),
  );
}

const MAX_SAID = 5;
/** Endings of files that hold documents; a file of another name, or a pipe, is one document. */
const HOLDS_DOCUMENTS = /\.(?:json|jsonl|ndjson|tar|tgz|tzst|zip|gz|zst)$/i;

/** The documents at a path or web address, as those of `source`. @throws FILE_MISSING, FEED_UNREADABLE */
export async function vexAt(
  path: string,
  source: string,
  downloads: string,
): Promise<Omit<VexFeed, "ignored">> {
  if (isWebAddress(path)) {
    const feed = await openAddress(path, { downloads, reader: "vex auto" });
    try {
      const found = await readVexFeed(source, feed);
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
    return readVexFeed(source, toldFeed(path));
  const documents = [{ source, name: basename(path), bytes: await readText(path) }];
  return { documents, problems: [], problemCount: 0 };
}
