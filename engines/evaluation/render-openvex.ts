// SPDX-License-Identifier: Apache-2.0
/**
 * The consensus of a report as an OpenVEX document (https://github.com/openvex/spec, v0.2.0): what was made of all that was said of the
 * image, for tools that read VEX. Same report, same bytes; the clock has no say.
 */
import { canonicalJson } from "#lib/canonical-json.ts";
import { byText } from "#lib/compare.ts";
import { digestOf, hexOf } from "#lib/digest.ts";
import { buildPurl } from "#lib/purl/index.ts";
import type { JudgedFinding, ReportDocument, VexAnnotation, VexStatus } from "./types.ts";
import { isJustification } from "./vex/formats/justifications.ts";

export interface OpenVexOptions {
  /** Who answers for the document. */
  readonly author: string;
}

const CONTEXT = "https://openvex.dev/ns/v0.2.0";
const NAMESPACE = "https://vex.stella-ops.org/openvex/sha256-";
/** Where no statement has a time of its own. OpenVEX requires one, and the moment of the export says nothing of the claims. */
const NO_TIME = "1970-01-01T00:00:00.000Z";

/**
 * Canonical JSON and a line end. Undefined where the report has no VEX statement: OpenVEX has no empty documents.
 * An answer that does not count is `under_investigation`. Of a package with several answers, at several places, the most careful is told.
 */
export function renderOpenVex(
  report: Pick<ReportDocument, "imageDigest" | "repository" | "findings">,
  { author }: OpenVexOptions,
): string | undefined {
  const chosen = new Map<string, Said>();
  for (const finding of report.findings) {
    if (finding.vex === undefined) continue;
    const said: Said = { finding, vex: finding.vex, status: statusOf(finding.vex) };
    const key = `${finding.id}\0${finding.purl}`;
    const before = chosen.get(key);
    if (before === undefined || CARE.indexOf(said.status) < CARE.indexOf(before.status))
      chosen.set(key, said);
  }
  if (chosen.size === 0) return undefined;
  const ordered = [...chosen].sort(([a], [b]) => byText(a, b)).map(([, said]) => said);
  const times = ordered.flatMap(({ vex }) => vex.timestamp ?? []).sort(byText);
  const image = imageOf(report);
  const content = {
    "@context": CONTEXT,
    author,
    timestamp: times.at(-1) ?? NO_TIME,
    tooling: "StellaOps consensus",
    version: 1,
    statements: ordered.map((said) => statementOf(said, image)),
  };
  const id = `${NAMESPACE}${hexOf(digestOf(canonicalJson(content)))}`;
  return `${canonicalJson({ "@id": id, ...content })}\n`;
}

interface Said {
  readonly finding: JudgedFinding;
  readonly vex: VexAnnotation;
  readonly status: VexStatus;
}

/** The most careful first. */
const CARE: readonly VexStatus[] = ["affected", "under_investigation", "fixed", "not_affected"];

const statusOf = ({ status, isOpen }: VexAnnotation): VexStatus =>
  isOpen === true ? "under_investigation" : status;

/** By its digest, and the repository where that is known. */
function imageOf({ imageDigest, repository }: Pick<ReportDocument, "imageDigest" | "repository">): {
  readonly "@id": string;
  readonly hashes: object;
} {
  const name = repository?.slice(repository.lastIndexOf("/") + 1) ?? "image";
  const qualifiers = repository === undefined ? {} : { repository_url: repository };
  return {
    "@id": buildPurl({ type: "oci", name, version: imageDigest, qualifiers }),
    hashes: { "sha-256": hexOf(imageDigest) },
  };
}

function statementOf({ finding, vex, status }: Said, image: ReturnType<typeof imageOf>): object {
  const { id, aliases, purl, fixedVersion } = finding;
  const others = [...new Set(aliases)].filter((alias) => alias !== id).sort(byText);
  return {
    vulnerability: { name: id, ...(others.length === 0 ? {} : { aliases: others }) },
    ...(vex.timestamp === undefined ? {} : { timestamp: vex.timestamp }),
    products: [{ ...image, subcomponents: [{ "@id": purl }] }],
    status,
    status_notes: vex.reason,
    ...(status === "not_affected" ? whyNot(vex.justification ?? "") : {}),
    ...(status === "affected" || (status === "fixed" && vex.action !== undefined)
      ? { action_statement: vex.action ?? actionOf(fixedVersion) }
      : {}),
  };
}

const whyNot = (reason: string): object =>
  isJustification(reason) ? { justification: reason } : { impact_statement: reason };

/** Which OpenVEX requires of what is affected. */
const actionOf = (fixedVersion: string | undefined): string =>
  fixedVersion === undefined
    ? "No action is stated, and no fixed version is known."
    : `Update to ${fixedVersion}.`;
