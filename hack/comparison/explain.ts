// SPDX-License-Identifier: Apache-2.0
/**
 * Why two scanners differ about a package: a table of rules, tried in order, each of which asks for evidence (a path, a
 * version, the truth list). What no rule explains is said to be unexplained. Pure.
 */
import type { Difference } from "./compare.ts";

export const UNEXPLAINED = "UNEXPLAINED";
/** A package that is there, which a peer reports and we do not: never explained away. */
export const MISSED = "WE MISS IT: the package managers' tools list it";

interface Rule {
  readonly because: string;
  readonly when: (difference: Difference, peer: string) => boolean;
}

const TEST_FOLDER = /\/(?:tests?|__tests__|fixtures|examples?)\//;

const everyPath = ({ paths }: Difference, pattern: RegExp): boolean =>
  paths.length > 0 && paths.every((path) => pattern.test(path));

/** Reported by the peer alone, and not in the truth list. */
const extra = ({ by, isTrue }: Difference): boolean => by === "peer" && !isTrue;
/** Reported by us alone, and in the truth list. */
const found = ({ by, isTrue }: Difference): boolean => by === "us" && isTrue;
const isType = ({ package: { type } }: Difference, wanted: string): boolean => type === wanted;

/** The other side has the same version under a name that differs in case only. */
const differsInCase = ({ package: { name, version }, others }: Difference): boolean =>
  others.some((other) => other.version === version && other.name !== name);

const rules: readonly Rule[] = [
  {
    because: "a runtime that names itself in its `release` file, whoever installed it",
    when: (one) => one.by === "us" && isType(one, "generic") && everyPath(one, /\/release$/),
  },
  {
    because: "a binary that no package owns; we list it with its SHA-256, as no package manager knows of it",
    when: (one) => one.by === "us" && isType(one, "generic"),
  },
  {
    because: "a program that the peer knows by text inside the binary; no package manager lists it",
    when: (one) => extra(one) && isType(one, "generic"),
  },
  {
    because: "test data inside another package: it cannot be loaded as a package, and nothing installed it",
    when: (one) => extra(one) && everyPath(one, TEST_FOLDER),
  },
  {
    because: "a package.json without a version: it marks the module format of a folder inside a package",
    when: (one) => extra(one) && isType(one, "npm") && one.package.version === "",
  },
  {
    because: "the application's own package.json: the project itself, not a package that was installed",
    when: (one) =>
      extra(one) && isType(one, "npm") && one.paths.length > 0 && everyPath(one, /^(?!.*node_modules\/)/),
  },
  {
    because:
      "the same Go module in lower case; `go version -m` and the module proxy tell capital letters apart",
    when: (one) => isType(one, "golang") && differsInCase(one) && (extra(one) || found(one)),
  },
  {
    because: "a version made from version control stamps or linker flags; `go version -m` says (devel)",
    when: (one, peer) =>
      isType(one, "golang") &&
      ((extra(one) && one.others.some(({ version }) => version === "")) ||
        (peer === "syft" && found(one) && one.package.version === "" && one.others.length > 0)),
  },
  {
    because: "the peer leaves out Python packages whose files a Debian package owns; pip lists them",
    when: (one, peer) =>
      peer === "trivy" &&
      found(one) &&
      isType(one, "pypi") &&
      everyPath(one, /^usr\/lib\/python3\/dist-packages\//),
  },
  {
    because: "a jar that names no Maven group: we state artifact and version, and leave the group open",
    when: (one) => one.by === "us" && isType(one, "maven") && !one.package.name.includes("/"),
  },
  {
    because:
      "the same jar, which we report WITHOUT ITS GROUP; the peer has it from a list, class names or a guess",
    when: (one) =>
      one.by === "peer" &&
      one.isTrue &&
      isType(one, "maven") &&
      one.others.some(({ name }) => !name.includes("/")),
  },
  {
    because: "the jar for which the peer guesses another group; Maven keeps it under ours",
    when: (one) => found(one) && isType(one, "maven") && one.others.length > 0,
  },
  {
    because: "the same jar, for which WE STATE ANOTHER GROUP than Maven",
    when: (one) => one.by === "peer" && one.isTrue && isType(one, "maven") && one.others.length > 0,
  },
  {
    because: "a group guessed from a jar's manifest (main class, bundle name); Maven has no such artifact",
    when: (one) => extra(one) && isType(one, "maven") && everyPath(one, /\.jar$/),
  },
  {
    because: "a jar without pom.properties, which the peer knows only by its Java database, empty here",
    when: (one, peer) =>
      peer === "trivy" && found(one) && isType(one, "maven") && everyPath(one, /\.jar$|\/MANIFEST\.MF$/),
  },
  {
    because:
      "the product name and version in a DLL's resources; no deps.json lists a package of that name and version",
    when: (one) =>
      extra(one) && isType(one, "nuget") && one.paths.some((path) => /\.(?:dll|exe)$/i.test(path)),
  },
  {
    because:
      "an entry of deps.json that is a project, a reference or a package without a file: nothing of it is there",
    when: (one, peer) =>
      extra(one) &&
      isType(one, "nuget") &&
      (everyPath(one, /\.deps\.json$/) || (peer === "trivy" && one.paths.length === 0)),
  },
];

/** The first rule that holds, else `MISSED` or `UNEXPLAINED`. */
export function explain(difference: Difference, peer: string): string {
  const rule = rules.find(({ when }) => when(difference, peer));
  if (rule !== undefined) return rule.because;
  return difference.by === "peer" && difference.isTrue ? MISSED : UNEXPLAINED;
}
