// SPDX-License-Identifier: Apache-2.0
/** The section "Findings" of docs/comparison.md. Pure; the same figures give the same text. */
import type { ComparedAdvisories } from "./advisories.ts";
import { findingCounts, findingDifferences, UNEXPLAINED } from "./compare.ts";
import type { DifferenceKind, FindingDifference, ImageFindings } from "./compare.ts";

/** Of what is explained; what is not is listed whole. */
const EXAMPLES = 3;

export function findingsSection(
  images: readonly ImageFindings[],
  advisories: Omit<ComparedAdvisories, "snapshot">,
): string {
  return [
    "## Findings",
    "",
    "Both sides match the same advisories: StellaOps reads their snapshot, trivy the Trivy database that is exported from them",
    "(docs/formats/trivy-db.md). A finding is a vulnerability, by any of its names, in a package of one version; it counts once an",
    "image. `npm run comparison` uses the kit in config/kit, which is a selection; `-- --data FOLDER` adds the feeds of a folder.",
    "",
    ...sourceTable(advisories),
    "",
    `Trivy's database has ${advisories.rows} pairs of a package and a vulnerability. Not said there:${leftOutText(advisories)}`,
    "",
    "### Counts",
    "",
    "Only StellaOps: in brackets, how many of them we list and do not count, as something else answers for the package.",
    "",
    ...countTable(images),
    "",
    "### Differences between findings",
    "",
    ...images.flatMap(imageLines),
  ].join("\n");
}

function sourceTable({ sources, unread }: Omit<ComparedAdvisories, "snapshot">): readonly string[] {
  return [
    row(["advisories", "records", "export"]),
    "| --- | ---: | --- |",
    ...sources.map(({ name, records, exportDigest }) =>
      row([name, String(records), `\`${exportDigest.slice(0, 19)}\``]),
    ),
    ...(unread.length === 0 ? [] : ["", `Without a connector: ${unread.join(", ")}.`]),
  ];
}

function leftOutText({ leftOut }: Pick<ComparedAdvisories, "leftOut">): string {
  if (leftOut.length === 0) return " nothing.";
  return ` ${leftOut.map(({ reason, count, example }) => `${count} ${reason} (${example})`).join(", ")}.`;
}

function countTable(images: readonly ImageFindings[]): readonly string[] {
  const lines = [
    row(["image", "type", "both", "only StellaOps", "only trivy"]),
    "| --- | --- | ---: | ---: | ---: |",
  ];
  for (const image of images) {
    const counts = findingCounts(image);
    if (counts.length === 0) lines.push(row([image.name, "", "0", "0", "0"]));
    for (const { type, both, onlyUs, suppressed, onlyTrivy } of counts) {
      const alone = suppressed === 0 ? String(onlyUs) : `${onlyUs} (${suppressed})`;
      lines.push(row([image.name, type, String(both), alone, String(onlyTrivy)]));
    }
  }
  return lines;
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function imageLines(image: ImageFindings): readonly string[] {
  const groups = grouped(findingDifferences(image));
  if (groups.length === 0) return [`${image.name}: none.`, ""];
  return [`${image.name}:`, "", ...groups.map(groupLine), ""];
}

interface Group {
  readonly kind: DifferenceKind;
  readonly because: string;
  readonly members: readonly FindingDifference[];
}

/** What is not explained first, then the largest. */
function grouped(differences: readonly FindingDifference[]): readonly Group[] {
  const groups = new Map<string, Group & { members: FindingDifference[] }>();
  for (const one of differences) {
    const key = `${one.kind} ${one.because}`;
    const group = groups.get(key) ?? { kind: one.kind, because: one.because, members: [] };
    groups.set(key, group);
    group.members.push(one);
  }
  const rank = ({ because, members }: Group) => (because === UNEXPLAINED ? Infinity : members.length);
  return [...groups.values()].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
}

function groupLine({ kind, because, members }: Group): string {
  const isOpen = because === UNEXPLAINED;
  const shown = isOpen ? members : members.slice(0, EXAMPLES);
  const more = members.length - shown.length;
  const examples = shown.map(({ id, package: one, words }) => {
    const said = words === undefined ? "" : ` (${words})`;
    return `${id} in \`${one.type} ${one.name} ${one.version}\`${said}`;
  });
  const why = isOpen ? `**${because}**` : because;
  return `- ${kind}, ${members.length}: ${why}: ${examples.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}
