// SPDX-License-Identifier: Apache-2.0
/** The table of analyzers, from the catalog and the first sentences of their files. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { analyzerVersions } from "#engines/scanner/index.ts";

const folder = join(import.meta.dirname, "../../engines/scanner/analyzers");

export function analyzersPage(): string {
  const described = descriptions();
  const rows = Object.entries(analyzerVersions).map(([id, version]) => {
    const text = described.get(id);
    if (text === undefined) throw new Error(`no file of engines/scanner/analyzers has the id ${id}`);
    return `| \`${id}\` | ${version} | ${text} |`;
  });
  return [
    "# Analyzers",
    "",
    "Each reads the files that it wants of every layer, once. A changed version makes layers be read again by that analyzer alone.",
    "",
    "| Analyzer | Version | What it reads |",
    "| --- | ---: | --- |",
    ...rows,
    "",
  ].join("\n");
}

/** By analyzer id: what the file's own comment says first, up to its sources. */
function descriptions(): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(folder)) {
    if (!/^[a-z-]+\.ts$/.test(name) || name === "catalog.ts") continue;
    const text = readFileSync(join(folder, name), "utf8");
    const id = /^ {2}id: "([^"]+)"/m.exec(text)?.[1];
    const comment = /^\/\*\*([\s\S]*?)\*\//m.exec(text)?.[1] ?? "";
    const plain = comment
      .replaceAll(/^\s*\* ?/gm, "")
      .replaceAll(/\s+/g, " ")
      .trim();
    const sentence = plain.split(/\s(?:Sources?|Formats?):/)[0] ?? plain;
    if (id !== undefined) found.set(id, sentence.replaceAll("|", "\\|"));
  }
  return found;
}
