// SPDX-License-Identifier: Apache-2.0
/** Paragraphs of dpkg's status database whose package is in the image. Debian Policy 5.3, dpkg(1) "Package states". */
import { paragraphs, type Paragraph } from "../../control-file.ts";
import type { PackageFact } from "../../facts.ts";
import { relatedNames } from "./relations.ts";

const FIELDS = new Set([
  "package",
  "status",
  "version",
  "architecture",
  "source",
  "maintainer",
  "provides",
  "pre-depends",
  "depends",
]);
/**
 * States in which all files of the package are in place: that is what an inventory asks, not whether its scripts ran.
 * `half-installed` says that they are there in part: reported, not listed. `config-files` and `not-installed` have none.
 */
const IN_PLACE = new Set([
  "installed",
  "triggers-awaited",
  "triggers-pending",
  "half-configured",
  "unpacked",
]);
const SOURCE = /^(\S+)(?:\s+\(([^()\s]+)\))?$/;

/** Longer, it is no name, version or address. */
const MAX_TEXT = 1000;
const MAX_PROBLEMS = 100;

/** One paragraph without a name or version says nothing of the others: it is left out as a problem. */
export function statusPackages(text: string): { packages: PackageFact[]; problems: string[] } {
  const packages: PackageFact[] = [];
  const problems: string[] = [];
  const report = (problem: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push(problem);
  };
  for (const paragraph of paragraphs(text, FIELDS)) {
    const { fields, line } = paragraph;
    const state = stateOf(fields.get("status"));
    if (state === "half-installed") report(`the package at line ${line} is only half installed`);
    if (!IN_PLACE.has(state)) continue;
    const [name, version] = [fields.get("package"), fields.get("version")];
    if (!name || !version || name.length > MAX_TEXT || version.length > MAX_TEXT)
      report(`the paragraph at line ${line} has no usable package name or version`);
    else packages.push(packageFact(paragraph, name, version, report));
  }
  return { packages, problems };
}

/** Third word of `Status`. A distroless status.d paragraph has no such field: what it lists is installed. */
const stateOf = (status: string | undefined): string =>
  status === undefined ? "installed" : (status.split(/\s+/, 3)[2] ?? "");

function packageFact(
  { fields, line }: Paragraph,
  name: string,
  version: string,
  report: (problem: string) => void,
): PackageFact {
  const [architecture, supplier] = [fields.get("architecture"), fields.get("maintainer")];
  const provides = relatedNames(fields.get("provides"));
  const requires = relatedNames(fields.get("pre-depends"), fields.get("depends"));
  if (provides.isCut || requires.isCut)
    report(`the paragraph at line ${line} names more packages than are kept`);
  return {
    type: "deb",
    name,
    version,
    ...(architecture ? { architecture } : {}),
    sourcePackage: sourceOf(fields.get("source"), name, version),
    line,
    ...(supplier && supplier.length <= MAX_TEXT ? { supplier } : {}),
    ...(provides.names.length === 0 ? {} : { provides: provides.names }),
    ...(requires.names.length === 0 ? {} : { requires: requires.names }),
  };
}

/** `Source: name` or `Source: name (version)`; absent when both are the binary package's own. */
function sourceOf(
  field: string | undefined,
  name: string,
  version: string,
): { name: string; version: string } {
  const [, source, sourceVersion] = SOURCE.exec(field ?? "") ?? [];
  return { name: source ?? name, version: sourceVersion ?? version };
}
