// SPDX-License-Identifier: Apache-2.0
/**
 * FriendsOfPHP's security advisories, one YAML per flaw and Composer package; https://github.com/FriendsOfPHP/security-advisories,
 * README, "Contributing". Its branches say which versions have the flaw. A record without a CVE is known by its package and
 * the name of its file, as upstream knows it.
 */
import { z } from "zod";
import type { Advisory } from "../../types.ts";
import { documentInvalid } from "../errors.ts";
import { isCve } from "../identity.ts";
import type { Connector, Reject } from "../types.ts";
import { aliasesOf, present, referencesOf, summaryOf, timeOf } from "./fields.ts";
import type { Interval } from "./intervals.ts";
import { comparatorNotation, rangesOf, readAll } from "./requirements.ts";
import { isObject, jsonPath, list, nameText, readShape } from "./shape.ts";

const recordShape = z.object({
  title: z.string().max(10_000).nullish(),
  link: z.string().max(4096).nullish(),
  cve: z.string().max(64).nullish(),
  reference: z.string().max(600),
  branches: z.record(
    z.string().max(256),
    z.object({ time: z.string().max(64).nullish(), versions: list(z.string().max(600), 32) }),
  ),
});

type Entry = z.output<typeof recordShape>;

const REFERENCE = "composer://";
const MAX_BRANCHES = 500;

export const friendsOfPhp: Connector = {
  id: "friendsofphp",
  recognizes: ({ value }) => isObject(value) && "reference" in value && "branches" in value,
  normalize(document, reject) {
    const record = readShape(recordShape, document);
    const name = nameText.safeParse(record.reference.slice(REFERENCE.length));
    const fault = (path: string, reason: string) =>
      documentInvalid({ document: document.name, path, reason });
    if (!record.reference.startsWith(REFERENCE) || !name.success)
      throw fault("$.reference", "expected composer:// and a package");
    if (Object.keys(record.branches).length > MAX_BRANCHES)
      throw fault("$.branches", `over ${MAX_BRANCHES} branches`);
    const names = idsOf(record, name.data, document.name);
    const [id] = names;
    if (id === undefined) throw fault("$.cve", "it has no CVE, and its file no name to know it by");
    const bad = affectedVersions(record, reject);
    if (bad === undefined) return {};
    const ranges = rangesOf(COMPOSER, bad, []);
    if (ranges.length === 0) return { skipped: 1 };
    const advisory: Advisory = {
      id,
      aliases: aliasesOf(id, names),
      source: "friendsofphp",
      ...present("summary", summaryOf(record.title)),
      severity: "unknown",
      cvss: [],
      ...present("published", firstTime(record)),
      references: referencesOf([record.link]),
      affected: [{ ecosystem: "composer", name: name.data, ranges }],
    };
    return { advisories: [advisory] };
  },
};

const COMPOSER = required(comparatorNotation("composer"));

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("the order of composer is missing");
  return value;
}

/** Undefined when a branch can't be read. */
function affectedVersions({ branches }: Entry, reject: Reject): readonly Interval[] | undefined {
  const all = Object.entries(branches).map(([branch, { versions }]) =>
    readAll(COMPOSER, [versions.join(",")], (_, reason) =>
      reject(jsonPath(["branches", branch, "versions"]), reason),
    ),
  );
  return all.includes(undefined) ? undefined : all.flatMap((intervals) => intervals ?? []);
}

/** The CVE and the GHSA that the record or its file are named for, else `FriendsOfPHP:vendor/package/2018-10-02`. */
function idsOf({ cve }: Entry, name: string, document: string): readonly string[] {
  const stem = /(?:^|\/)([\w.-]{1,64})\.ya?ml$/i.exec(document)?.[1];
  const named = [cve?.trim() ?? "", stem ?? ""].filter(
    (id) => isCve(id) || /^GHSA(?:-[0-9a-z]{4}){3}$/.test(id),
  );
  if (named.length > 0) return cve && isCve(cve.trim()) ? [cve.trim(), ...named] : named;
  return stem === undefined ? [] : [`FriendsOfPHP:${name}/${stem}`];
}

/** When the first branch was mended. */
function firstTime({ branches }: Entry): string | undefined {
  return Object.values(branches)
    .flatMap(({ time }) => timeOf(time) ?? [])
    .sort()[0];
}
