// SPDX-License-Identifier: Apache-2.0
/**
 * RetireNet's lists of NuGet packages, one JSON per announcement of Microsoft; https://github.com/RetireNet/Packages, Content/.
 * Each line is one bad version and the version that mends it. The repository has not changed since 2020.
 */
import { z } from "zod";
import { versionOrder } from "#lib/versions/index.ts";
import type { Advisory, AffectedPackage } from "../../types.ts";
import { documentInvalid } from "../errors.ts";
import { faultOf } from "../ranges.ts";
import type { Connector, Reject } from "../types.ts";
import { aliasesOf, present, referencesOf, summaryOf } from "./fields.ts";
import { isObject, nameText, readShape, versionText } from "./shape.ts";

const recordShape = z.object({
  link: z.string().max(4096),
  description: z.string().max(10_000),
  packages: z
    .array(z.object({ id: nameText, affected: versionText, fix: versionText.nullish() }))
    .max(10_000),
});

type Line = z.output<typeof recordShape>["packages"][number];

const IDS = /\b(?:CVE-\d{4}-\d{4,10}|GHSA(?:-[0-9a-z]{4}){3})\b/g;

export const retireNet: Connector = {
  id: "retire.net",
  recognizes: ({ value }) =>
    isObject(value) && "link" in value && "description" in value && Array.isArray(value["packages"]),
  ignores: new Set(["index.json"]),
  normalize(document, reject) {
    const record = readShape(recordShape, document);
    const named = [...new Set(`${record.description} ${record.link}`.match(IDS) ?? [])].sort();
    const id = named[0] ?? announcement(record.link);
    if (id === undefined)
      throw documentInvalid({
        document: document.name,
        path: "$.link",
        reason: "it leads to no announcement",
      });
    const affected = readPackages(record.packages, reject);
    if (affected.length === 0) return { skipped: 1 };
    const advisory: Advisory = {
      id,
      aliases: aliasesOf(id, named),
      source: "retire.net",
      ...present("summary", summaryOf(record.description)),
      severity: "unknown",
      cvss: [],
      references: referencesOf([record.link]),
      affected,
    };
    return { advisories: [advisory] };
  },
};

/** What names neither a CVE nor a GHSA is known by its announcement: `aspnet/Announcements#300`. */
function announcement(link: string): string | undefined {
  const found = /^https:\/\/github\.com\/([\w.-]{1,100}\/[\w.-]{1,100})\/issues\/(\d{1,9})$/.exec(link);
  return found === null ? undefined : `${found[1] ?? ""}#${found[2] ?? ""}`;
}

function readPackages(lines: readonly Line[], reject: Reject): readonly AffectedPackage[] {
  const order = versionOrder("nuget");
  const byName = new Map<string, AffectedPackage["ranges"]>();
  for (const [index, { id, affected, fix }] of lines.entries()) {
    const range = { introduced: affected, lastAffected: affected, ...(fix ? { fixed: fix } : {}) };
    const fault = order === undefined ? undefined : faultOf(order, range);
    if (fault === undefined) byName.set(id, [...(byName.get(id) ?? []), range]);
    else reject(`$.packages[${index}]`, fault);
  }
  return [...byName].map(([name, ranges]) => ({ ecosystem: "nuget", name, ranges }));
}
