// SPDX-License-Identifier: Apache-2.0
/**
 * Packages recorded by apk in an Alpine root filesystem, with the files they own.
 * Source: installed database v2, https://wiki.alpinelinux.org/wiki/Apk_spec; apk-tools 3 goes on writing the same text.
 * Dependencies: apk-package(5), `[!]name[@tag][operator version]` parted by blanks.
 */
import { byText } from "#lib/compare.ts";
import type { FileAnalyzer } from "../analyzer.ts";
import type { Ownership, PackageFact } from "../facts.ts";
import { numberedLines } from "../lines.ts";

const DB_PATHS = new Set(["lib/apk/db/installed", "usr/lib/apk/db/installed"]);
/** Longer, it is no name or version. */
const MAX_TEXT = 1000;
const MAX_PROBLEMS = 100;
/** A package of many programs and libraries provides some hundred. */
const MAX_NAMES = 4000;
const MAX_NAME_LENGTH = 300;
/** Characters of one field that are looked at. */
const MAX_FIELD_LENGTH = 1024 * 1024;
/** Linux opens no longer path. */
const MAX_PATH = 4096;
/** Characters of all packages' file lists; a large desktop's have a tenth of it. */
const MAX_OWNED = 64 * 1024 * 1024;
const MAX_FILES = 1_000_000;

export const apk: FileAnalyzer = {
  id: "os/apk",
  version: 3,
  maxBytes: 64 * 1024 * 1024,
  wants: (file) => DB_PATHS.has(file.path),
  analyze({ text }) {
    const packages: PackageFact[] = [];
    const ownership: Ownership[] = [];
    const problems: string[] = [];
    const report = (problem: string): void => {
      if (problems.length < MAX_PROBLEMS) problems.push(problem);
    };
    for (const record of records(text())) {
      const [name, version] = [record.fields.get("P"), record.fields.get("V")];
      if (!name || !version || name.length > MAX_TEXT || version.length > MAX_TEXT) {
        report(`the record at line ${record.line} has no usable package name or version`);
        continue;
      }
      packages.push(packageFact(record, name, version, report));
      if (record.paths.length > 0) ownership.push({ package: name, paths: record.paths.join("\n") });
      if (record.leftOut > 0)
        report(`${record.leftOut} files of the package at line ${record.line} are left out`);
    }
    if (packages.length + problems.length === 0) return undefined;
    return {
      ...(packages.length === 0 ? {} : { packages, ownership }),
      ...(problems.length === 0 ? {} : { problems }),
    };
  },
};

interface ApkRecord {
  readonly fields: ReadonlyMap<string, string>;
  readonly paths: readonly string[];
  /** Paths that are too long, or too many. */
  readonly leftOut: number;
  readonly line: number;
}

/** `X:value` lines up to an empty one; `F:` opens a folder and `R:` names a file in it. */
function* records(text: string): Generator<ApkRecord> {
  let [fields, paths, start] = [new Map<string, string>(), [] as string[], 0];
  let [folder, leftOut, owned, files] = ["", 0, 0, 0];
  for (const { line, number } of numberedLines(text)) {
    if (line.trim() === "") {
      if (start > 0) yield { fields, paths, leftOut, line: start };
      [fields, paths, start, folder, leftOut] = [new Map<string, string>(), [] as string[], 0, "", 0];
      continue;
    }
    if (start === 0) start = number;
    const value = line.slice(2);
    if (line.startsWith("F:")) folder = value;
    else if (line.startsWith("R:")) {
      const length = folder.length + value.length + 2;
      if (length > MAX_PATH || owned + length > MAX_OWNED || ++files > MAX_FILES) leftOut++;
      else {
        owned += length;
        paths.push(folder === "" ? value : `${folder}/${value}`);
      }
    } else if (line[1] === ":" && !fields.has(line.charAt(0))) fields.set(line.charAt(0), value.trim());
  }
  if (start > 0) yield { fields, paths, leftOut, line: start };
}

function packageFact(
  { fields, line }: ApkRecord,
  name: string,
  version: string,
  report: (problem: string) => void,
): PackageFact {
  const [architecture, license, origin] = [fields.get("A"), fields.get("L"), fields.get("o")];
  const supplier = fields.get("m");
  const cut = (): void => {
    report(`the record at line ${line} names more packages than are kept`);
  };
  const [provides, requires] = [namesIn(fields.get("p"), cut), namesIn(fields.get("D"), cut)];
  return {
    type: "apk",
    name,
    version,
    ...(architecture ? { architecture } : {}),
    ...(license ? { licenses: [license] } : {}),
    sourcePackage: { name: origin === undefined || origin === "" ? name : origin, version },
    line,
    ...(supplier && supplier.length <= MAX_TEXT ? { supplier } : {}),
    ...(provides.length === 0 ? {} : { provides }),
    ...(requires.length === 0 ? {} : { requires }),
  };
}

/** Names and capabilities (`so:`, `cmd:`, `pc:`) sorted, each once; conflicts (`!name`) are no needs. */
function namesIn(field: string | undefined, cut: () => void): string[] {
  if (!field) return [];
  const names = new Set<string>();
  if (field.length > MAX_FIELD_LENGTH) cut();
  for (const dependency of field.slice(0, MAX_FIELD_LENGTH).split(/\s+/)) {
    const end = dependency.search(/[<>=~@]/);
    const name = end < 0 ? dependency : dependency.slice(0, end);
    if (name === "" || name.startsWith("!") || name.length > MAX_NAME_LENGTH || names.has(name)) continue;
    if (names.size >= MAX_NAMES) {
      cut();
      break;
    }
    names.add(name);
  }
  return [...names].sort(byText);
}
