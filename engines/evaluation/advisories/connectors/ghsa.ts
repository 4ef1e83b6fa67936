// SPDX-License-Identifier: Apache-2.0
/**
 * GitHub's advisories as its own APIs give them: REST (https://docs.github.com/rest/security-advisories/global-advisories),
 * GraphQL's SecurityAdvisory and SecurityVulnerability (https://docs.github.com/graphql/reference/objects#securityadvisory),
 * and the latter as mirrors keep it. One document is an advisory, a list of them, or the answer to a query.
 * The database's files on GitHub are OSV records and read by `osv`.
 */
import { z } from "zod";
import type { Advisory, AffectedPackage } from "../../types.ts";
import { cvssVersion } from "#lib/cvss/index.ts";
import { packageName } from "../ecosystems.ts";
import { chooseSeverity } from "../severity-words.ts";
import type { Connector, Contribution, Reject } from "../types.ts";
import { aliasesOf, present, referencesOf, summaryOf } from "./fields.ts";
import { comparatorNotation, rangesOf, readAll } from "./requirements.ts";
import { idText, isObject, jsonPath, list, nameText, timeText, versionText } from "./shape.ts";

const vectorShape = z.object({ vectorString: z.string().max(256).nullish() }).nullish();

const vulnerabilityShape = z.object({
  package: z.object({ ecosystem: z.string().max(64), name: z.string().max(512) }),
  vulnerableVersionRange: z.string().max(2000).nullish(),
  firstPatchedVersion: z.union([versionText, z.object({ identifier: versionText.nullish() })]).nullish(),
});

const advisoryShape = z.object({
  ghsaId: z.string().regex(/^GHSA(?:-[0-9a-z]{4}){3}$/, "not a GHSA id"),
  cveId: z.string().max(64).nullish(),
  identifiers: list(z.object({ value: idText }), 100),
  summary: z.string().max(10_000).nullish(),
  severity: z.string().max(64).nullish(),
  cvss: vectorShape,
  cvssSeverities: z.object({ cvssV3: vectorShape, cvssV4: vectorShape }).nullish(),
  type: z.string().max(64).nullish(),
  classification: z.string().max(64).nullish(),
  publishedAt: timeText.nullish(),
  updatedAt: timeText.nullish(),
  withdrawnAt: timeText.nullish(),
  references: list(z.union([z.string().max(4096), z.object({ url: z.string().max(4096) })]), 1000),
  vulnerabilities: list(vulnerabilityShape, 10_000),
});

type Entry = z.output<typeof advisoryShape>;
type Vulnerability = z.output<typeof vulnerabilityShape>;

/** GitHub's names of ecosystems, in lower case, and purl types. */
const ECOSYSTEMS: ReadonlyMap<string, string> = new Map([
  ["composer", "composer"],
  ["erlang", "hex"],
  ["go", "golang"],
  ["maven", "maven"],
  ["npm", "npm"],
  ["nuget", "nuget"],
  ["pip", "pypi"],
  ["pub", "pub"],
  ["rubygems", "gem"],
  ["rust", "cargo"],
  ["swift", "swift"],
]);

export const ghsa: Connector = {
  id: "ghsa",
  recognizes: ({ value }) => {
    const [first] = itemsOf(value);
    return first !== undefined && isOfGithub(first.value);
  },
  normalize({ value }, reject) {
    const found = itemsOf(value).map((item) => readItem(item, reject));
    return {
      advisories: found.flatMap(({ advisories }) => advisories ?? []),
      skipped: found.reduce((sum, { skipped }) => sum + (skipped ?? 0), 0),
    };
  },
};

interface Item {
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
}

/** A single advisory, a page of them, or `data.securityAdvisories.nodes`. */
function itemsOf(value: unknown): readonly Item[] {
  if (Array.isArray(value)) return value.map((one: unknown, index) => ({ path: [index], value: one }));
  const data = isObject(value) ? value["data"] : undefined;
  if (!isObject(data)) return [{ path: [], value }];
  return Object.entries(data).flatMap(([key, answer]): readonly Item[] => {
    const nodes = isObject(answer) ? answer["nodes"] : undefined;
    if (!Array.isArray(nodes)) return [{ path: ["data", key], value: answer }];
    return nodes.map((one: unknown, index) => ({ path: ["data", key, "nodes", index], value: one }));
  });
}

const ID_KEYS = ["ghsa_id", "ghsaId", "GhsaId"];

function isOfGithub(value: unknown): boolean {
  if (!isObject(value)) return false;
  const inner = value["advisory"] ?? value["Advisory"] ?? value;
  return isObject(inner) && ID_KEYS.some((key) => typeof inner[key] === "string");
}

function readItem({ path, value }: Item, reject: Reject): Contribution {
  const read = advisoryShape.safeParse(inOneShape(inCamelCase(value)));
  if (!read.success) {
    const issue = read.error.issues[0];
    reject(jsonPath([...path, ...(issue?.path ?? [])]), issue?.message ?? "it has another form");
    return {};
  }
  const record = read.data;
  const affected = record.vulnerabilities.flatMap((one, index) =>
    readVulnerability(one, [...path, "vulnerabilities", index], reject),
  );
  if (affected.length === 0 && !record.withdrawnAt) return { skipped: 1 };
  return { advisories: [readAdvisory(record, affected)] };
}

function readAdvisory(record: Entry, affected: readonly AffectedPackage[]): Advisory {
  const { ghsaId: id, cvss: only, cvssSeverities: both } = record;
  const vectors = [both?.cvssV4, both?.cvssV3, only].flatMap((one) => one?.vectorString || []);
  const cvss = [...new Set(vectors)].map((vector) => ({
    version: cvssVersion(vector),
    vector,
    source: "GHSA",
  }));
  const names = [...record.identifiers.map(({ value }) => value), ...(record.cveId ? [record.cveId] : [])];
  const isMalware = [record.type, record.classification].some((word) => word?.toLowerCase() === "malware");
  return {
    id,
    aliases: aliasesOf(id, names),
    source: "ghsa",
    ...(isMalware ? { malware: true } : {}),
    ...present("summary", summaryOf(record.summary)),
    severity: chooseSeverity(cvss, record.severity ?? undefined),
    cvss,
    ...present("withdrawn", record.withdrawnAt),
    ...present("published", record.publishedAt),
    ...present("modified", record.updatedAt),
    references: referencesOf(record.references.map((one) => (typeof one === "string" ? one : one.url))),
    affected,
  };
}

/** Nothing for an ecosystem that none of what we scan belongs to. */
function readVulnerability(
  one: Vulnerability,
  path: readonly PropertyKey[],
  reject: Reject,
): readonly AffectedPackage[] {
  const ecosystem = ECOSYSTEMS.get(one.package.ecosystem.toLowerCase());
  const notation = ecosystem === undefined ? undefined : comparatorNotation(ecosystem);
  if (notation === undefined) return [];
  const name = nameText.safeParse(packageName(notation.ecosystem, one.package.name));
  if (!name.success) {
    reject(jsonPath([...path, "package", "name"]), "not a package name");
    return [];
  }
  if (!one.vulnerableVersionRange) {
    reject(jsonPath([...path, "vulnerableVersionRange"]), "it names no versions");
    return [];
  }
  const bad = readAll(notation, [one.vulnerableVersionRange], (_, reason) =>
    reject(jsonPath([...path, "vulnerableVersionRange"]), reason),
  );
  const good = readAll(notation, fixesOf(one), (_, reason) =>
    reject(jsonPath([...path, "firstPatchedVersion"]), reason),
  );
  const ranges = bad === undefined ? [] : rangesOf(notation, bad, good ?? []);
  return ranges.length === 0 ? [] : [{ ecosystem: notation.ecosystem, name: name.data, ranges }];
}

function fixesOf({ firstPatchedVersion: patched }: Vulnerability): readonly string[] {
  const version = typeof patched === "string" ? patched : patched?.identifier;
  return version ? [`>= ${version}`] : [];
}

/** A vulnerability with its advisory inside becomes an advisory with its vulnerability inside. */
function inOneShape(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { advisory, package: pkg, versions, vulnerabilities } = value;
  if (!isObject(advisory)) {
    const nodes = isObject(vulnerabilities) ? vulnerabilities["nodes"] : undefined;
    return nodes === undefined ? value : { ...value, vulnerabilities: nodes };
  }
  const ranges: readonly unknown[] = Array.isArray(versions) ? versions : [value];
  return {
    ...advisory,
    vulnerabilities: ranges.map((one) => ({ ...(isObject(one) ? one : {}), package: pkg })),
  };
}

/** Keys of REST (`ghsa_id`) and of mirrors (`GhsaId`) as GraphQL has them. */
function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [camelCase(key), inCamelCase(item)] as const);
  return Object.fromEntries(entries);
}

function camelCase(key: string): string {
  if (/^[A-Z]+$/.test(key)) return key.toLowerCase();
  const joined = key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return joined.slice(0, 1).toLowerCase() + joined.slice(1);
}
