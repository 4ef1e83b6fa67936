// SPDX-License-Identifier: Apache-2.0
/**
 * var/lib/rpmmanifest/container-manifest-2: one package a line, ten tab-separated columns, no licences and no files.
 * https://github.com/microsoft/azurelinux, toolkit/docs/how_it_works/5_misc.md "RPM manifest file"
 */
import type { PackageFact } from "../../facts.ts";
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
  let [line, at] = [0, 0];
  while (at < text.length) {
    if (++line > MAX_LINES) {
      problems.push(`only the first ${MAX_LINES} lines are read`);
      break;
    }
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    const columns = text
      .slice(at, end)
      .split("\t", COLUMNS)
      .map((column) => column.trim());
    at = end + 1;
    if (columns[NAME] === KEY_NAME || (columns.length === 1 && columns[NAME] === "")) continue;
    const fact = manifestPackage(columns, line);
    if (fact) packages.push(fact);
    else if (problems.length < MAX_PROBLEMS) problems.push(`line ${line} is no package`);
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
