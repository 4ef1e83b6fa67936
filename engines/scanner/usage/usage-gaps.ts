// SPDX-License-Identifier: Apache-2.0
/** What was not followed of what the entry program uses: files not read, libraries that are not there, limits. */
import type { EntryPath, EntryTrace } from "../entrytrace/types.ts";
import type { Omission, UsageGap } from "../types.ts";
import type { Usage } from "./usage.ts";
import { FOLLOWED_KINDS } from "./usage-known.ts";

/** Analyzers whose facts lead from the entry point to what is used, whatever kind of program it is. */
const FOLLOWED: ReadonlySet<string> = new Set([
  "entry/imports",
  "entry/loader",
  "entry/manifest",
  "entry/script",
  "native/binary",
]);
/** Say nothing of files. */
const HARMLESS: ReadonlySet<string> = new Set(["DISTRO_UNKNOWN"]);
const MAX_MISSING = 50;
const MAX_PATH = 300;

export function usageGaps(
  { missing, isCut }: Usage,
  omissions: readonly Omission[],
  { onTheWay = [] }: Pick<EntryTrace, "onTheWay">,
): UsageGap[] {
  const unread = omissions.filter(isOfUsage);
  const [first] = unread;
  const libraries = missing.slice(0, MAX_MISSING).map(({ name, neededBy }): UsageGap => ({
    code: "USAGE_LIBRARY_MISSING",
    message: `/${neededBy.slice(0, MAX_PATH)} needs ${name.slice(0, MAX_PATH)}, which is not there`,
  }));
  const strange = onTheWay.filter(isStrange);
  const more = missing.length - libraries.length;
  if (more > 0) libraries.push({ code: "USAGE_LIBRARY_MISSING", message: `and ${more} more` });
  return [
    ...(isCut ? [{ code: "USAGE_CUT", message: "the program may use more than was followed" } as const] : []),
    ...(strange.length > 0
      ? [{ code: "USAGE_PROGRAM_NOT_FOLLOWED", message: notFollowed(strange) } as const]
      : []),
    ...(first ? [{ code: "USAGE_FILES_UNREAD", message: shown(first, unread.length - 1) } as const] : []),
    ...libraries,
  ];
}

/** Most of what scripts run on the way merely ends; only a program of a kind that is not followed counts, and a list that was cut. */
const isStrange = ({ terminal, unresolved }: EntryPath): boolean =>
  terminal === undefined ? unresolved?.code === "BUDGET_EXHAUSTED" : !FOLLOWED_KINDS.has(terminal.kind);

function notFollowed([first, ...more]: readonly EntryPath[]): string {
  const { terminal, unresolved } = first ?? {};
  const what = unresolved ? unresolved.message : `/${terminal?.program ?? terminal?.path ?? ""}`;
  return `run on the way: ${what.slice(0, MAX_PATH)}${more.length > 0 ? `, and ${more.length} more` : ""}`;
}

/** A limit left out facts; without an analyzer all files are meant. */
function isOfUsage({ code, analyzer }: Omission): boolean {
  if (HARMLESS.has(code)) return false;
  return analyzer === undefined || code.startsWith("LIMIT_") || FOLLOWED.has(analyzer);
}

function shown({ code, path, message }: Omission, more: number): string {
  const where = path === undefined ? "" : ` /${path.slice(0, MAX_PATH)}`;
  return `${code}${where}: ${message.slice(0, MAX_PATH)}${more > 0 ? `, and ${more} more` : ""}`;
}
