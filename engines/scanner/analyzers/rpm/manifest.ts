// SPDX-License-Identifier: Apache-2.0
/**
 * var/lib/rpmmanifest/container-manifest-2: one package a line, ten tab-separated columns, no licences and no files.
 * https://github.com/microsoft/azurelinux, toolkit/docs/how_it_works/5_misc.md "RPM manifest file"
 */
import type { PackageFact } from "../../facts.ts";
import { numberedLines } from "../../lines.ts";
import { withEpoch } from "./package-fact.ts";
import { sourcePackage } from "./source-package.ts";

/** NAME, VERSION-RELEASE, INSTALLTIME, BUILDTIME, VENDOR, EPOCH, SIZE, ARCH, EPOCHNUM, SOURCERPM. */
const COLUMNS = 10;
const [NAME, RELEASE, VENDOR, ARCH, EPOCH, SOURCE] = [0, 1, 4, 7, 8, 9];
/** How rpm writes a tag that is absent. */
const ABSENT = "(none)";
const KEY_NAME = "gpg-pubkey";
const MAX_TEXT = 1000;
/** A large installation has a few thousand. */
const MAX_LINES = 100_000;
const MAX_PROBLEMS = 100;

/** In the file's order. */
export function manifestPackages(text: string): { packages: PackageFact[]; problems: string[] } {
  const packages: PackageFact[] = [];
  const problems: string[] = [];
  for (const { line, number } of numberedLines(text)) {
    if (number > MAX_LINES) {
      problems.push(`only the first ${MAX_LINES} lines are read`);
      break;
    }
    const columns = line.split("\t", COLUMNS).map((column) => column.trim());
    if (columns[NAME] === KEY_NAME || (columns.length === 1 && columns[NAME] === "")) continue;
    const fact = manifestPackage(columns, number);
    if (fact) packages.push(fact);
    else if (problems.length < MAX_PROBLEMS) problems.push(`line ${number} is no package`);
  }
  return { packages, problems };
}

function manifestPackage(columns: readonly string[], line: number): PackageFact | undefined {
  const [name, release, epoch] = [columns[NAME], columns[RELEASE], columns[EPOCH]];
  if (columns.length < COLUMNS || !name || !release || epoch === undefined) return undefined;
  if (columns.some((column) => column.length > MAX_TEXT) || !/^(?:\d{1,10}|\(none\))$/.test(epoch))
    return undefined;
  const value = (column: number): string | undefined =>
    columns[column] === ABSENT || columns[column] === "" ? undefined : columns[column];
  const [architecture, supplier] = [value(ARCH), value(VENDOR)];
  const number = epoch === ABSENT ? undefined : Number(epoch);
  return {
    type: "rpm",
    name,
    version: withEpoch(number, release),
    ...(architecture === undefined ? {} : { architecture }),
    ...(supplier === undefined ? {} : { supplier }),
    ...sourcePackage(value(SOURCE) ?? "", release, number),
    line,
  };
}
