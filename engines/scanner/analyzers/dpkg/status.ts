// SPDX-License-Identifier: Apache-2.0
/** Paragraphs of dpkg's status database whose package is installed. Debian Policy 5.3, dpkg(1) "Package states". */
import { paragraphs } from "../../control-file.ts";
import type { PackageFact } from "../../facts.ts";

const FIELDS = new Set(["package", "status", "version", "architecture", "source"]);
/** Configured, or waiting only for a trigger to run. A distroless status.d paragraph has no state. */
const INSTALLED = new Set(["installed", "triggers-awaited", "triggers-pending"]);
const SOURCE = /^(\S+)(?:\s+\(([^()\s]+)\))?$/;

/** Longer, it is no name or version. */
const MAX_TEXT = 1000;
const MAX_PROBLEMS = 100;

/** One paragraph without a name or version says nothing of the others: it is left out as a problem. */
export function statusPackages(text: string): { packages: PackageFact[]; problems: string[] } {
  const packages: PackageFact[] = [];
  const problems: string[] = [];
  for (const { fields, line } of paragraphs(text, FIELDS)) {
    const state = fields.get("status");
    if (state !== undefined && !INSTALLED.has(state.split(/\s+/)[2] ?? "")) continue;
    const name = fields.get("package");
    const version = fields.get("version");
    if (!name || !version || name.length > MAX_TEXT || version.length > MAX_TEXT) {
      if (problems.length < MAX_PROBLEMS)
        problems.push(`the paragraph at line ${line} has no usable package name or version`);
      continue;
    }
    const architecture = fields.get("architecture");
    packages.push({
      type: "deb",
      name,
      version,
      ...(architecture ? { architecture } : {}),
      sourcePackage: sourceOf(fields.get("source"), name, version),
      line,
    });
  }
  return { packages, problems };
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
