// SPDX-License-Identifier: Apache-2.0
/**
 * Packages recorded by apk in an Alpine root filesystem, with the files they own.
 * Source: installed database v2, https://wiki.alpinelinux.org/wiki/Apk_spec
 */
import type { FileAnalyzer } from "../analyzer.ts";
import type { Ownership, PackageFact } from "../facts.ts";

const DB_PATHS = new Set(["lib/apk/db/installed", "usr/lib/apk/db/installed"]);
/** Longer, it is no name or version. */
const MAX_TEXT = 1000;
const MAX_PROBLEMS = 100;

export const apk: FileAnalyzer = {
  id: "os/apk",
  version: 2,
  maxBytes: 64 * 1024 * 1024,
  wants: (file) => DB_PATHS.has(file.path),
  analyze({ text }) {
    const packages: PackageFact[] = [];
    const ownership: Ownership[] = [];
    const problems: string[] = [];
    for (const record of records(text())) {
      const [name, version] = [record.fields.get("P"), record.fields.get("V")];
      if (!name || !version || name.length > MAX_TEXT || version.length > MAX_TEXT) {
        if (problems.length < MAX_PROBLEMS)
          problems.push(`the record at line ${record.line} has no usable package name or version`);
        continue;
      }
      packages.push(packageFact(record, name, version));
      if (record.paths.length > 0) ownership.push({ package: name, paths: record.paths.join("\n") });
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
  readonly line: number;
}

/** `X:value` lines up to an empty one; `F:` opens a folder and `R:` names a file in it. */
function* records(text: string): Generator<ApkRecord> {
  let [fields, paths, start] = [new Map<string, string>(), [] as string[], 0];
  let folder = "";
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") {
      if (start > 0) yield { fields, paths, line: start };
      [fields, paths, start, folder] = [new Map<string, string>(), [] as string[], 0, ""];
      continue;
    }
    if (start === 0) start = index + 1;
    const value = line.slice(2);
    if (line.startsWith("F:")) folder = value;
    else if (line.startsWith("R:")) paths.push(folder === "" ? value : `${folder}/${value}`);
    else if (line[1] === ":" && !fields.has(line.charAt(0))) fields.set(line.charAt(0), value.trim());
  }
  if (start > 0) yield { fields, paths, line: start };
}

function packageFact({ fields, line }: ApkRecord, name: string, version: string): PackageFact {
  const [architecture, license, origin] = [fields.get("A"), fields.get("L"), fields.get("o")];
  return {
    type: "apk",
    name,
    version,
    ...(architecture ? { architecture } : {}),
    ...(license ? { licenses: [license] } : {}),
    sourcePackage: { name: origin === undefined || origin === "" ? name : origin, version },
    line,
  };
}
