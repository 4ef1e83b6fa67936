// SPDX-License-Identifier: Apache-2.0
/** A definition's cases as affected packages: by release, with the module and with what the vendor says where no fix is. */
import type { AffectedPackage, Severity, VersionRange } from "../../../types.ts";
import { productRelease } from "../../distros.ts";
import type { AffectedCase, Spend } from "./criteria.ts";
import type { Definition } from "./document.ts";
import { MAX_ALTERNATIVES, MAX_PACKAGES } from "./limits.ts";
import type { Vendor } from "./vendors.ts";

export interface Affected {
  readonly packages: readonly AffectedPackage[];
  /** Releases of ours that the definition speaks of, with or without packages. */
  readonly releases: readonly string[];
  /** Why a case has no package, though it should. */
  readonly fault?: string;
}

interface DefinitionFacts {
  readonly definition: Definition;
  readonly vendor: Vendor;
  readonly document: string;
  /** The distro's own; `unknown` is not said. */
  readonly severity: Severity;
}

export function affectedPackages(
  cases: readonly AffectedCase[],
  facts: DefinitionFacts,
  spend: Spend,
): Affected {
  const platforms = platformReleases(facts.definition);
  const found = new Map<string, AffectedPackage>();
  const resolutionOf = resolutions(facts.definition);
  const releases = new Set<string>();
  let fault: string | undefined;
  let packages = 0;
  for (const one of cases) {
    const own = one.releases ?? platforms ?? releasesOfVersion(one.range, facts);
    if (own === undefined) fault = "it names no release";
    const before = packages;
    packages += one.names.length * Math.max(1, one.modules?.length ?? 1) * (own?.length ?? 0);
    if (packages > MAX_PACKAGES) {
      return { packages: [], releases: [], fault: `it names over ${MAX_PACKAGES} packages` };
    }
    spend(packages - before);
    const status =
      one.range.fixed === undefined
        ? (statusInWords(one.comment) ?? resolutionOf)
        : (): undefined => undefined;
    for (const distro of own ?? []) {
      releases.add(distro);
      addPackages(found, one, { distro, severity: facts.severity, status });
    }
  }
  return {
    packages: [...found.values()],
    releases: [...releases],
    ...(fault === undefined ? {} : { fault }),
  };
}

type StatusOf = (name: string, module: string | undefined) => string | undefined;

function addPackages(
  found: Map<string, AffectedPackage>,
  { ecosystem, names, range, modules }: AffectedCase,
  { distro, severity, status }: { distro: string; severity: Severity; status: StatusOf },
): void {
  for (const module of modules ?? [undefined]) {
    for (const name of names) {
      const word = status(name, module);
      // The same package under several architectures is one.
      const key = [distro, module, name, range.introduced, range.fixed, range.lastAffected].join("|");
      if (word === NOT_AFFECTED || found.has(key)) continue;
      found.set(key, {
        ecosystem,
        distro,
        name,
        ranges: [range],
        ...(word === undefined || word === OPEN ? {} : { distroStatus: word }),
        ...(severity === "unknown" ? {} : { severity }),
        ...(module === undefined ? {} : { module }),
      });
    }
  }
}

/**
 * Releases by the definition's platforms, or by the CPE of its advisory (Rocky). Undefined where it has neither, or the name
 * without a release; empty where all its products are none of ours.
 */
function platformReleases({ platforms, from }: Definition): readonly string[] | undefined {
  const rocky = /^cpe:\/[ao]:rocky:\w+:(\d{1,3})(?::|$)/.exec(from)?.[1];
  const named = [...platforms, ...(rocky === undefined ? [] : [`Rocky Linux ${rocky}`])].filter(
    (platform) => !WITHOUT_RELEASE.has(platform),
  );
  if (named.length === 0) return undefined;
  return [...new Set(named.flatMap((platform) => productRelease(platform) ?? []))].slice(0, MAX_ALTERNATIVES);
}

const WITHOUT_RELEASE: ReadonlySet<string> = new Set(["Azure Linux", "CBL-Mariner"]);

/** By the end of a version, else by the document's name: `azurelinux-3.0-oval.xml`. */
function releasesOfVersion(
  range: VersionRange,
  { vendor, document }: DefinitionFacts,
): readonly string[] | undefined {
  if (vendor.releaseOfVersion === undefined) return undefined;
  const release = vendor.releaseOfVersion(range.fixed ?? range.lastAffected ?? range.introduced);
  if (release !== undefined) return [release];
  const [, distro, number] = /(azurelinux|mariner)-(\d{1,3}\.\d{1,3})-/.exec(document) ?? [];
  return distro === undefined || number === undefined ? undefined : [`${distro}:${number}`];
}

const NOT_AFFECTED = "not_affected";
const OPEN = "affected";

/** What Ubuntu says of a package in a criterion's comment. Undefined where it says nothing of the kind. */
function statusInWords(comment: string): StatusOf | undefined {
  const word = UBUNTU_STATUSES.find(([words]) => words.test(comment))?.[1];
  return word === undefined ? undefined : () => word;
}

/** The first that fits. */
const UBUNTU_STATUSES: readonly (readonly [words: RegExp, status: string])[] = [
  [/\bis not affected\b/, NOT_AFFECTED],
  [/\bdecision has been made to defer\b/, "deferred"],
  [/\bdecision has been made to ignore\b.*\bend[ -]of[ -](?:life|standard support)\b/, "end_of_life"],
  [/\bdecision has been made to ignore\b/, "ignored"],
  [/\bis pending publication\b/, "pending"],
  [/\bmay need fixing\b/, "needs-triage"],
  [/\bneeds fixing\b/, OPEN],
];

/** Red Hat's states of what has no fix, in the words that other sources of its data use for them. */
const RESOLUTIONS: ReadonlyMap<string, string> = new Map([
  ["affected", OPEN],
  ["fix deferred", "fix_deferred"],
  ["not affected", NOT_AFFECTED],
  ["out of support scope", "end_of_life"],
  ["under investigation", "under_investigation"],
  ["will not fix", "will_not_fix"],
]);

/** One resolution holds for all packages; of several, the one that lists the package, alone or with its module. */
function resolutions({ resolutions: all }: Definition): StatusOf {
  const wordOf = (state: string | undefined): string | undefined =>
    RESOLUTIONS.get((state ?? "").toLowerCase());
  const [only, ...others] = all;
  if (others.length === 0) return () => wordOf(only?.state);
  const states = new Map<string, string>();
  for (const { state, components } of all) {
    for (const component of components) if (!states.has(component)) states.set(component, state);
  }
  return (name, module) => wordOf((module && states.get(`${module}/${name}`)) ?? states.get(name));
}
