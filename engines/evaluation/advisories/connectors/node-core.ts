// SPDX-License-Identifier: Apache-2.0
/**
 * Records about Node.js itself of the Node.js Security Working Group (github.com/nodejs/security-wg, vuln/core): lines of
 * releases that had the flaw, and from where on each line is mended. What only touches Windows or macOS is passed over.
 */
import { z } from "zod";
import type { Advisory } from "../../types.ts";
import { documentInvalid } from "../errors.ts";
import { severityOfWord } from "../severity-words.ts";
import type { Contribution, ParsedDocument, Reject } from "../types.ts";
import { aliasesOf, present, referencesOf, summaryOf, timeOf } from "./fields.ts";
import { rangesOf, readAll, unmended } from "./requirements.ts";
import { npmNotation } from "./semver-notation.ts";
import { idText, isObject, list, readShape } from "./shape.ts";

const recordShape = z.object({
  cve: list(idText, 100),
  vulnerable: z.string().max(2000),
  patched: z.string().max(2000).nullish(),
  affectedEnvironments: list(z.string().max(64), 100),
  severity: z.string().max(64).nullish(),
  description: z.string().max(20_000).nullish(),
  overview: z.string().max(20_000).nullish(),
  publish_date: z.string().max(64).nullish(),
  ref: z.string().max(4096).nullish(),
});

/** As images have the runtime, `pkg:generic/node`. */
const NODE = { ecosystem: "generic", name: "node" };
const OTHER_SYSTEMS = new Set(["win32", "windows", "darwin", "macos"]);

export function isAboutNode(value: unknown): boolean {
  return isObject(value) && !("module_name" in value) && "cve" in value && "vulnerable" in value;
}

export function readNodeRecord(document: ParsedDocument, reject: Reject): Contribution {
  const record = readShape(recordShape, document);
  const systems = record.affectedEnvironments.map((system) => system.toLowerCase());
  if (systems.length > 0 && systems.every((system) => OTHER_SYSTEMS.has(system))) return { skipped: 1 };
  const read = (key: "vulnerable" | "patched") =>
    readAll(npmNotation, record[key] ? [record[key]] : [], (_, reason) => reject(`$.${key}`, reason));
  const [bad, good] = [read("vulnerable"), read("patched")];
  if (bad === undefined || good === undefined) return {};
  const ranges = rangesOf(npmNotation, unmended(npmNotation.order, bad, good), good);
  if (ranges.length === 0) return { skipped: 1 };
  const id = idOf(record.cve, document.name);
  const advisory: Advisory = {
    id,
    aliases: aliasesOf(id, record.cve),
    source: "npm/security-wg",
    ...present("summary", summaryOf(record.description ?? record.overview)),
    severity: severityOfWord(record.severity ?? ""),
    cvss: [],
    ...present("published", timeOf(record.publish_date)),
    references: referencesOf([record.ref]),
    affected: [{ ...NODE, ranges }],
  };
  return { advisories: [advisory] };
}

/** A record that names one CVE is about it; another one is known by the number that its file has. */
function idOf(cves: readonly string[], document: string): string {
  const [only] = cves;
  if (cves.length === 1 && only !== undefined) return only;
  const number = /(?:^|\/)(\d{1,6})\.json$/.exec(document)?.[1];
  if (number !== undefined) return `NSWG-COR-${number}`;
  throw documentInvalid({
    document,
    path: "$.cve",
    reason: "it names no single CVE, and its file has no number",
  });
}
