// SPDX-License-Identifier: Apache-2.0
/**
 * Keys of the object folder in order, holding at most a page of names per level in memory. A folder sorts as its
 * name with "/": that is the place of its keys among its neighbours'.
 */
import { opendir } from "node:fs/promises";
import path from "node:path";
import { byText } from "#lib/compare.ts";
import { systemCode } from "./fault.ts";

const PAGE = 1000;

/** Keys that begin with `prefix`, in ASCII order, strictly after `after`. */
export async function* walk(
  root: string,
  prefix: string,
  after: string,
  page = PAGE,
): AsyncGenerator<string, void, undefined> {
  yield* walkFolder(root, "", (name) => mayHold(name, prefix, after), page);
}

type Wanted = (key: string) => boolean;

/** `base` is "" or ends with "/"; a name ending with "/" stands for the keys of that folder. */
function mayHold(name: string, prefix: string, after: string): boolean {
  if (!name.endsWith("/")) return name.startsWith(prefix) && name > after;
  const inPrefix = name.startsWith(prefix) || prefix.startsWith(name);
  return inPrefix && (name > after || after.startsWith(name));
}

async function* walkFolder(
  root: string,
  base: string,
  wanted: Wanted,
  page: number,
): AsyncGenerator<string, void, undefined> {
  for (let last = ""; ;) {
    const names = await nextNames(path.join(root, base), base, (name) => name > last && wanted(name), page);
    for (const name of names) {
      if (name.endsWith("/")) yield* walkFolder(root, name, wanted, page);
      else yield name;
    }
    const end = names.at(-1);
    if (end === undefined || names.length < page) return;
    last = end;
  }
}

/** The first `page` wanted names of one folder, in order. */
async function nextNames(folder: string, base: string, wanted: Wanted, page: number): Promise<string[]> {
  let names: string[] = [];
  try {
    for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
      const name = base + entry.name + (entry.isDirectory() ? "/" : "");
      if (!wanted(name)) continue;
      names.push(name);
      if (names.length >= 2 * page) names = names.sort(byText).slice(0, page);
    }
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) throw error;
  }
  return names.sort(byText).slice(0, page);
}
