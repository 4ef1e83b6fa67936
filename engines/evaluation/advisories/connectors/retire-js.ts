// SPDX-License-Identifier: Apache-2.0
/**
 * retire.js's list of npm packages (repository/npmrepository.json of https://github.com/RetireJS/retire.js). Its other list,
 * jsrepository, knows libraries by the text of their files: no package manager has them, so it is passed over.
 *
 * Entries have no ids. One is known by its CVE, else by the Node Security Platform's number in its links (the working group
 * took those numbers over as `NSWG-ECO-n`), else by a digest of what it says.
 */
import { z } from "zod";
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { Advisory } from "../../types.ts";
import { documentInvalid } from "../errors.ts";
import { isCve } from "../identity.ts";
import { severityOfWord } from "../severity-words.ts";
import type { Connector, Contribution, Reject } from "../types.ts";
import { aliasesOf, present, referencesOf, summaryOf } from "./fields.ts";
import { comparatorNotation, rangesOf, readAll } from "./requirements.ts";
import { isObject, jsonPath, list, nameText, versionText } from "./shape.ts";

const entryShape = z.object({
  below: versionText.optional(),
  atOrAbove: versionText.optional(),
  severity: z.string().max(64).optional(),
  identifiers: z
    .object({
      summary: z.string().max(10_000).optional(),
      advisory: z.string().max(10_000).optional(),
      CVE: list(z.string().max(64), 100),
      githubID: z.string().max(64).optional(),
    })
    .optional(),
  info: list(z.string().max(4096), 100),
});

const packageShape = z.object({ vulnerabilities: list(z.unknown(), 10_000) });

type Entry = z.output<typeof entryShape>;

const MAX_PACKAGES = 20_000;

export const retireJs: Connector = {
  id: "retire.js",
  recognizes: ({ value }) => {
    const first = isObject(value) ? Object.values(value)[0] : undefined;
    return isObject(first) && Array.isArray(first["vulnerabilities"]);
  },
  normalize(document, reject) {
    if (!isObject(document.value))
      throw documentInvalid({ document: document.name, path: "$", reason: "expected packages by name" });
    const packages = Object.entries(document.value);
    if (packages.length > MAX_PACKAGES) reject("$", `only the first ${MAX_PACKAGES} packages were read`);
    const isAboutFiles = packages.some(([, one]) => isObject(one) && "extractors" in one);
    const found = packages
      .slice(0, MAX_PACKAGES)
      .map(([name, one]) => (isAboutFiles ? passedOver(one) : readPackage(name, one, reject)));
    return {
      advisories: found.flatMap(({ advisories }) => advisories ?? []),
      skipped: found.reduce((sum, { skipped }) => sum + (skipped ?? 0), 0),
    };
  },
};

function passedOver(one: unknown): Contribution {
  const entries = isObject(one) ? one["vulnerabilities"] : undefined;
  return { skipped: Array.isArray(entries) ? entries.length : 0 };
}

function readPackage(name: string, one: unknown, reject: Reject): Contribution {
  const read = packageShape.safeParse(one);
  if (!read.success || !nameText.safeParse(name).success) {
    reject(jsonPath([name]), "expected a package with its vulnerabilities");
    return {};
  }
  const advisories = read.data.vulnerabilities.flatMap((value, index) => {
    const path = [name, "vulnerabilities", index];
    const entry = entryShape.safeParse(value);
    if (entry.success) return readEntry(name, entry.data, path, reject);
    const issue = entry.error.issues[0];
    reject(jsonPath([...path, ...(issue?.path ?? [])]), issue?.message ?? "it has another form");
    return [];
  });
  return { advisories };
}

const NPM = comparatorNotation("npm");

function readEntry(
  name: string,
  entry: Entry,
  path: readonly PropertyKey[],
  reject: Reject,
): readonly Advisory[] {
  const { below, atOrAbove, severity, identifiers, info } = entry;
  if (NPM === undefined || (below === undefined && atOrAbove === undefined)) {
    reject(jsonPath(path), "it names no versions");
    return [];
  }
  const comparators = [
    ...(atOrAbove === undefined ? [] : [`>=${versionOf(atOrAbove)}`]),
    ...(below === undefined || NO_END.test(below) ? [] : [`<${versionOf(below)}`]),
  ];
  const bad = readAll(NPM, [comparators.join(",") || ">=0"], (_, reason) => reject(jsonPath(path), reason));
  if (bad === undefined) return [];
  const ranges = rangesOf(NPM, bad, []);
  if (ranges.length === 0) reject(jsonPath(path), "its versions end before they begin");
  if (ranges.length === 0) return [];
  const { names, best } = idsOf(entry);
  const id = best ?? `RETIREJS-${hexOf(digestOf(canonicalJson([name, entry]))).slice(0, 16)}`;
  const advisory: Advisory = {
    id,
    aliases: aliasesOf(id, names),
    source: "retire.js",
    ...present("summary", summaryOf(identifiers?.summary ?? identifiers?.advisory)),
    severity: severity === undefined ? "unknown" : severityOfWord(severity),
    cvss: [],
    references: referencesOf(info),
    affected: [{ ecosystem: "npm", name, ranges }],
  };
  return [advisory];
}

/** Written where no version mends it: `99.999.99999`. */
const NO_END = /^9{2,6}(?:\.9{2,6}){2}$/;

/** `1.3.0-*` stands for the first pre-release. */
const versionOf = (text: string): string => text.replace(/-\*$/, "-0");

/** Several CVEs in one entry are several flaws, and none of them stands for it. */
function idsOf({ identifiers, info }: Entry): {
  readonly names: readonly string[];
  readonly best: string | undefined;
} {
  const cves = (identifiers?.CVE ?? []).filter(isCve);
  const ghsas = [identifiers?.githubID ?? "", ...info].flatMap(
    (text) => /^(?:https:\/\/github\.com\/advisories\/)?(GHSA(?:-[0-9a-z]{4}){3})$/.exec(text)?.[1] ?? [],
  );
  const numbers = info.flatMap(
    (text) => /^https:\/\/nodesecurity\.io\/advisories\/(\d{1,6})$/.exec(text)?.[1] ?? [],
  );
  const others = [...ghsas, ...numbers.map((number) => `NSWG-ECO-${number}`)];
  return { names: [...cves, ...others], best: cves.length === 1 ? cves[0] : others[0] };
}
