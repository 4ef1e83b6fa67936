// SPDX-License-Identifier: Apache-2.0
/**
 * Ecosystems of OSV records as purl types with distro releases, and package names as lookups use them.
 * Names: https://ossf.github.io/osv-schema/#defined-ecosystems.
 */
import { pypiName } from "#lib/purl/index.ts";
import { versionOrder } from "#lib/versions/index.ts";
import { alpineRelease } from "./distros.ts";

export interface PackageSpace {
  /** purl type. */
  readonly ecosystem: string;
  readonly distro?: string;
}

const LANGUAGES: ReadonlyMap<string, string> = new Map([
  ["npm", "npm"],
  ["pypi", "pypi"],
  ["go", "golang"],
  ["crates.io", "cargo"],
  ["maven", "maven"],
  ["nuget", "nuget"],
  ["rubygems", "gem"],
  ["packagist", "composer"],
  ["bitnami", "bitnami"],
  ["hex", "hex"],
  ["pub", "pub"],
  ["swifturl", "swift"],
  ["cran", "cran"],
  ["hackage", "hackage"],
  ["github actions", "github"],
]);

/** Undefined for an ecosystem that nothing we scan can belong to, or a distro without its release. */
export function packageSpace(osvEcosystem: string): PackageSpace | undefined {
  const [family = "", ...rest] = osvEcosystem.split(":");
  const release = rest.join(":");
  const language = LANGUAGES.get(family.toLowerCase());
  if (language !== undefined) return { ecosystem: language };
  switch (family) {
    case "Wolfi":
    case "Chainguard":
      return { ecosystem: "apk", distro: family.toLowerCase() };
    case "Debian":
      return /^\d+$/.test(release) ? { ecosystem: "deb", distro: `debian:${release}` } : undefined;
    case "Ubuntu":
      return ubuntu(release);
    case "Alpine":
      return /^v\d+\.\d+$/.test(release) ? { ecosystem: "apk", distro: alpineRelease(release) } : undefined;
    case "AlmaLinux":
      return rpm("almalinux", release);
    case "Rocky Linux":
      return rpm("rocky", release);
    default:
      return undefined;
  }
}

const DISTROS: ReadonlySet<string> = new Set([
  "AlmaLinux",
  "Alpine",
  "Chainguard",
  "Debian",
  "Rocky Linux",
  "Ubuntu",
  "Wolfi",
]);

/** What to call an OSV ecosystem of whose packages no version can be compared; undefined where they can. */
export function notComparedAs(osvEcosystem: string): string | undefined {
  const space = packageSpace(osvEcosystem);
  if (space !== undefined && versionOrder(space.ecosystem) !== undefined) return undefined;
  // Of the others the releases are many, and say nothing more.
  const family = osvEcosystem.split(":", 1)[0] ?? osvEcosystem;
  return (DISTROS.has(family) ? osvEcosystem : family).slice(0, 64);
}

/**
 * `22.04:LTS` is the archive that everyone has. `Pro:16.04:LTS` is that of extended maintenance, for the same packages of the same
 * release; others (`Pro:FIPS-updates:20.04:LTS`, `Pro:Realtime:22.04:LTS`) have builds of their own.
 */
function ubuntu(release: string): PackageSpace | undefined {
  const found = /^(?:Pro:)?(\d+\.\d+)(?::LTS)?$/.exec(release);
  return found === null ? undefined : { ecosystem: "deb", distro: `ubuntu:${found[1] ?? ""}` };
}

/** Whether an OSV ecosystem is a release's archive of extended maintenance: its word counts where the release's own gives none. */
export function isExtended(osvEcosystem: string): boolean {
  return osvEcosystem.startsWith("Ubuntu:Pro:");
}

function rpm(distro: string, release: string): PackageSpace | undefined {
  return /^\d+$/.test(release) ? { ecosystem: "rpm", distro: `${distro}:${release}` } : undefined;
}

/** Registries, and hosts of Swift's repositories, that know a package by any case of its letters. */
const CASELESS: ReadonlySet<string> = new Set(["composer", "nuget", "swift"]);

/** A package name as a purl gives it: PyPI's in PEP 503's spelling, Maven's `group:artifact` with a slash, Swift's without a scheme. */
export function packageName(ecosystem: string, name: string): string {
  if (ecosystem === "maven") return name.replace(":", "/");
  if (ecosystem === "swift") return name.replace(/^https?:\/\//i, "").replace(/\.git$/i, "");
  return ecosystem === "pypi" ? pypiName(name) : name;
}

/** Key of a package in a snapshot: `npm|@babel/traverse`, `deb|debian:12|glibc`. */
export function packageKey(ecosystem: string, distro: string | undefined, name: string): string {
  if (distro !== undefined) return `${ecosystem}|${distro}|${name}`;
  return `${ecosystem}|${CASELESS.has(ecosystem) ? name.toLowerCase() : name}`;
}
