// SPDX-License-Identifier: Apache-2.0
/**
 * The distribution of a root filesystem, from os-release or, where there is none, from the release files of older systems.
 * Source: os-release(5), https://www.freedesktop.org/software/systemd/man/latest/os-release.html
 */
import type { FileAnalyzer } from "../analyzer.ts";
import type { Distro } from "../types.ts";
import { readReleaseFile, releaseFiles } from "./os-release/release-files.ts";

const PATHS = new Set(["etc/os-release", "usr/lib/os-release"]);
const ETC = "etc/";

export const osRelease: FileAnalyzer = {
  id: "os/release",
  version: 2,
  maxBytes: 64 * 1024,
  wants: ({ path }) => PATHS.has(path) || (path.startsWith(ETC) && releaseFiles.has(path.slice(ETC.length))),
  analyze(input) {
    const { path } = input.file;
    if (!PATHS.has(path)) {
      const found = readReleaseFile(path.slice(ETC.length), input.text());
      return found && { distro: found };
    }
    const fields = assignments(input.text());
    const codename = fields.get("VERSION_CODENAME");
    const prettyName = fields.get("PRETTY_NAME");
    const distro: Distro = {
      id: (fields.get("ID") ?? "linux").toLowerCase(), // the manual's default
      versionId: fields.get("VERSION_ID") ?? "",
      ...(codename ? { codename } : {}),
      ...(prettyName ? { prettyName } : {}),
    };
    return { distro };
  },
};

const ASSIGNMENT = /^([A-Z][A-Z0-9_]*)=(.*)$/;

function assignments(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, key, value] = ASSIGNMENT.exec(line.trim()) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key, unquoted(value));
  }
  return fields;
}

/** Shell quoting, as far as the manual allows it: one quoted or bare word, backslash before `$`, quote, backslash, backtick. */
function unquoted(value: string): string {
  const quote = value[0];
  const isQuoted = (quote === '"' || quote === "'") && value.length >= 2 && value.endsWith(quote);
  const inner = isQuoted ? value.slice(1, -1) : value;
  return quote === "'" ? inner : inner.replaceAll(/\\([$"'\\`])/g, "$1");
}
