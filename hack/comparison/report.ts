// SPDX-License-Identifier: Apache-2.0
/** docs/comparison.md out of what was compared. Pure; the same figures give the same text. */
import { byText } from "#lib/compare.ts";
import { countsOf, differencesOf, type Count, type Difference } from "./compare.ts";
import type { Found } from "./components.ts";
import { explain, MISSED, UNEXPLAINED } from "./explain.ts";
import { keyOf, type Package } from "./truth.ts";

export interface Compared {
  readonly name: string;
  readonly title: string;
  readonly tools: string;
  readonly truth: readonly Package[];
  readonly ours: readonly Found[];
  /** By the peer's name, in the order of the columns. */
  readonly peers: ReadonlyMap<string, readonly Found[]>;
}

/** Of what is explained; what is not is listed whole. */
const EXAMPLES = 3;

export function comparisonReport(images: readonly Compared[], versions: ReadonlyMap<string, string>): string {
  const peers = [...(images[0]?.peers.keys() ?? [])];
  return [
    "# Comparison with other scanners",
    "",
    "Made by `npm run comparison` (hack/comparison); do not edit. Real images of different make are built, the package",
    "managers' own tools say what is in them (the truth), and StellaOps' scanner and its peers, built from their pinned Go",
    "modules, read the same OCI layouts. A package is a type, a name and a version, counted once an image. _Missing_ is",
    "in the truth and not reported, _invented_ is reported and not in the truth.",
    "",
    `Peers: ${peers.map((peer) => `${peer} ${versions.get(peer) ?? "?"}`).join(", ")}, with their default settings and without network;`,
    "trivy's Java database, which names jars by their checksum, is empty therefore.",
    "",
    "## Images",
    "",
    "| image | what it is | truth by |",
    "| --- | --- | --- |",
    ...images.map(({ name, title, tools }) => `| ${name} | ${title} | ${tools} |`),
    "",
    "## Packages",
    "",
    "Each cell: found (missing, invented). `generic` is no package manager's: files and programs that a scanner names by itself.",
    "",
    ...packageTable(images, peers),
    "",
    "## Differences",
    "",
    ...images.flatMap((image) => differenceLines(image)),
  ].join("\n");
}

function packageTable(images: readonly Compared[], peers: readonly string[]): readonly string[] {
  const head = ["image", "type", "truth", "StellaOps", ...peers];
  const lines = [row(head), `| --- | --- ${"| ---: ".repeat(head.length - 2)}|`];
  for (const { name, truth, ours, peers: found } of images) {
    const counted = [ours, ...found.values()].map((side) => countsOf(truth, side));
    const types = [...new Set(counted.flat().map(({ type }) => type))].sort(byText);
    for (const type of types) {
      const all = counted.map((counts) => counts.find((count) => count.type === type));
      const there = truth.filter((one) => one.type === type).length;
      lines.push(row([name, type, String(there), ...all.map(cell)]));
    }
  }
  return lines;
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function cell(count: Count | undefined): string {
  if (count === undefined) return "0";
  const { found, missing, invented } = count;
  return missing + invented === 0 ? String(found) : `${found} (${missing}, ${invented})`;
}

function differenceLines({ name, truth, ours, peers }: Compared): readonly string[] {
  const lines = [`### ${name}`, ""];
  for (const [peer, found] of peers) {
    const groups = grouped(differencesOf(truth, ours, found), peer);
    if (groups.length === 0) lines.push(`${peer}: no difference.`, "");
    else lines.push(`${peer}:`, "", ...groups.map((group) => groupLine(group, peer)), "");
  }
  const seen = new Set(ours.map(keyOf));
  const missing = truth.filter((one) => !seen.has(keyOf(one)));
  if (missing.length > 0) lines.push(`**Not found by StellaOps:** ${missing.map(nameOf).join(", ")}`, "");
  return lines;
}

interface Group {
  readonly by: Difference["by"];
  readonly because: string;
  readonly members: readonly Difference[];
}

/** What is not explained first, then the largest. */
function grouped(differences: readonly Difference[], peer: string): readonly Group[] {
  const groups = new Map<string, Group & { members: Difference[] }>();
  for (const difference of differences) {
    const because = explain(difference, peer);
    const key = `${because} ${difference.by}`;
    const group = groups.get(key) ?? { by: difference.by, because, members: [] };
    group.members.push(difference);
    groups.set(key, group);
  }
  const rank = ({ because, members }: Group) => (isOpen(because) ? Infinity : members.length);
  return [...groups.values()].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
}

const isOpen = (because: string): boolean => because === UNEXPLAINED || because === MISSED;

function groupLine({ by, because, members }: Group, peer: string): string {
  const shown = isOpen(because) ? members : members.slice(0, EXAMPLES);
  const more = members.length - shown.length;
  const list = shown.map((one) => `${nameOf(one.package)}${whereOf(one)}`).join(", ");
  const who = by === "us" ? "only StellaOps" : `only ${peer}`;
  const why = isOpen(because) ? `**${because}**` : because;
  return `- ${who}, ${members.length}: ${why}: ${list}${more > 0 ? `, and ${more} more` : ""}`;
}

const nameOf = ({ type, name, version }: Package): string =>
  `\`${type} ${name}${version === "" ? "" : ` ${version}`}\``;

function whereOf({ paths: [first], others: [other] }: Difference): string {
  const place = first === undefined ? "" : ` in ${first}`;
  return other === undefined
    ? place
    : `${place} (the other: ${other.name} ${other.version || "without version"})`;
}
