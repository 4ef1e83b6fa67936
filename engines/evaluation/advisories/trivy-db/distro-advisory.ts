// SPDX-License-Identifier: Apache-2.0
/**
 * What all advisories of one vulnerability say of one package of a distro release: Trivy knows one fix for it, below which
 * every version is affected.
 */
import { byText } from "#lib/compare.ts";
import { versionOrder } from "#lib/versions/index.ts";
import type { Severity } from "../../types.ts";
import { FROM_THE_START } from "../ranges.ts";
import { worstKnown } from "../severity-words.ts";
import { vendorIdsOf } from "./language-advisory.ts";
import type { Statement } from "./language-advisory.ts";
import type { LeftOutCounter } from "./left-out.ts";
import type { Platform } from "./platforms.ts";
import { redHatAdvisory } from "./red-hat.ts";
import { severityNumber, statusNumber } from "./words.ts";

/** What there is to say, before it takes the platform's shape. */
export interface Fix {
  /** Absent: no fix is known. */
  readonly fixed?: string;
  readonly introduced?: string;
  readonly status?: number;
  readonly severity: Severity;
  readonly vendorIds: readonly string[];
}

/** Architectures that Trivy may compare with; ours are for all of them. */
const ARCHES = ["aarch64", "i686", "noarch", "ppc64le", "s390x", "x86_64"];

/**
 * Undefined when Trivy's matcher for the platform could make nothing of it.
 * @param fallback severity where neither the distro nor its advisories give one
 */
export function distroAdvisory(
  statements: readonly Statement[],
  platform: Platform,
  id: string,
  fallback: () => Severity,
  leftOut: LeftOutCounter,
): object | undefined {
  if (platform.layout === "red-hat") return redHat(statements, platform, id, fallback, leftOut);
  const fix = fixOf(statements, platform, id, leftOut);
  if (fix === undefined) return undefined;
  return platform.layout === "arches" ? arches(fix) : plain(fix, platform);
}

function plain({ fixed, introduced, status, severity, vendorIds }: Fix, { id }: Platform): object {
  return {
    ...(fixed === undefined ? {} : { FixedVersion: fixed }),
    ...(introduced === undefined ? {} : { AffectedVersion: introduced }),
    ...(status === undefined ? {} : { Status: status }),
    // Of Debian alone Trivy takes a package's own severity.
    ...(id !== "debian" || severity === "unknown" ? {} : { Severity: severityNumber(severity) }),
    ...(vendorIds.length === 0 ? {} : { VendorIDs: vendorIds }),
  };
}

/** The fix stands outside too, for a Trivy that knows no entries. */
function arches({ fixed = "", vendorIds }: Fix): object {
  const ids = vendorIds.length === 0 ? {} : { VendorIDs: vendorIds };
  return { FixedVersion: fixed, Entries: [{ FixedVersion: fixed, Arches: ARCHES, ...ids }] };
}

function redHat(
  statements: readonly Statement[],
  platform: Platform,
  id: string,
  fallback: () => Severity,
  leftOut: LeftOutCounter,
): object | undefined {
  const fixes = new Map<string, Fix>();
  for (const distro of [...new Set(statements.map(({ affected }) => affected.distro ?? ""))].sort(byText)) {
    const ofRelease = statements.filter(({ affected }) => affected.distro === distro);
    const fix = fixOf(ofRelease, platform, id, leftOut);
    if (fix === undefined) continue;
    fixes.set(distro, fix.severity === "unknown" ? { ...fix, severity: fallback() } : fix);
  }
  return fixes.size === 0 ? undefined : redHatAdvisory(fixes, id);
}

function fixOf(
  statements: readonly Statement[],
  platform: Platform,
  id: string,
  leftOut: LeftOutCounter,
): Fix | undefined {
  const usable = statements.filter((statement) => {
    const reason = unsayable(statement, platform);
    if (reason !== undefined) leftOut.add(reason, nameOf(statement));
    return reason === undefined;
  });
  const [first] = usable;
  if (first === undefined) return undefined;
  const ranges = usable.flatMap(({ affected }) => affected.ranges);
  const { ecosystem } = first.affected;
  const fixed = ranges.some((range) => range.fixed === undefined)
    ? undefined
    : latest(
        ecosystem,
        ranges.flatMap((range) => range.fixed ?? []),
      );
  const introduced = earliest(
    ecosystem,
    ranges.map((range) => range.introduced),
  );
  if (introduced !== undefined && !platform.hasLowerBound) leftOut.add("lower-bound", nameOf(first));
  const words = usable.map(({ affected }) => affected.distroStatus).filter((word) => word !== undefined);
  return {
    ...(fixed === undefined ? { status: statusNumber(words.sort(byText)[0]) } : { fixed }),
    ...(introduced === undefined || !platform.hasLowerBound ? {} : { introduced }),
    severity: severityOf(usable),
    vendorIds: vendorIdsOf(usable, id),
  };
}

function unsayable({ affected }: Statement, platform: Platform): "single-versions" | "unfixed" | undefined {
  const { ranges } = affected;
  if (
    ranges.length === 0 ||
    ranges.some((range) => range.fixed === undefined && range.lastAffected !== undefined)
  )
    return "single-versions";
  return ranges.some((range) => range.fixed === undefined) && !platform.findsUnfixed ? "unfixed" : undefined;
}

/** The distro's own word, else that of its advisories. */
function severityOf(statements: readonly Statement[]): Severity {
  const own = worstKnown(statements.flatMap(({ affected }) => affected.severity ?? []));
  return own === "unknown" ? worstKnown(statements.map(({ advisory }) => advisory.severity)) : own;
}

function latest(ecosystem: string, versions: readonly string[]): string | undefined {
  return inOrder(ecosystem, versions).at(-1);
}

/** Undefined where one range begins at the start. */
function earliest(ecosystem: string, versions: readonly string[]): string | undefined {
  return versions.includes(FROM_THE_START) ? undefined : inOrder(ecosystem, versions)[0];
}

function inOrder(ecosystem: string, versions: readonly string[]): readonly string[] {
  const order = versionOrder(ecosystem);
  const distinct = [...new Set(versions)].sort(byText);
  if (order === undefined || distinct.length < 2) return distinct;
  return distinct
    .map((text) => ({ text, parsed: order.parse(text) }))
    .sort((a, b) => order.compare(a.parsed, b.parsed))
    .map(({ text }) => text);
}

const nameOf = ({ advisory, affected }: Statement): string =>
  `${advisory.id} ${affected.distro ?? affected.ecosystem} ${affected.name}`;
