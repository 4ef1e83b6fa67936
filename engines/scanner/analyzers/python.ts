// SPDX-License-Identifier: Apache-2.0
/**
 * Installed Python distributions from their metadata files.
 * Source: core metadata, https://packaging.python.org/en/latest/specifications/core-metadata/; names per PEP 503.
 */
import { pypiName } from "#lib/purl/index.ts";
import type { FileAnalyzer } from "../analyzer.ts";
import { paragraphs } from "../control-file.ts";
import type { PackageFact } from "../facts.ts";

const METADATA = /(?:^|\/)[^/]+\.(?:dist-info\/METADATA|egg-info\/PKG-INFO|egg-info)$/;
const FIELDS = new Set(["name", "version", "license", "license-expression"]);
const CLASSIFIER = /^Classifier: License :: (?:OSI Approved :: )?(.+)$/gm;
const MAX_LICENSE_LENGTH = 120;
/** A longer name or version is no package of any index. */
const MAX_TEXT = 300;

export const python: FileAnalyzer = {
  id: "language/python",
  version: 1,
  maxBytes: 16 * 1024 * 1024,
  wants: ({ path }) =>
    (path.endsWith("/METADATA") || path.endsWith("/PKG-INFO") || path.endsWith(".egg-info")) &&
    METADATA.test(path),
  analyze({ text }) {
    const whole = text();
    const [first] = paragraphs(whole, FIELDS);
    const name = first?.fields.get("name");
    const version = first?.fields.get("version");
    if (!first || !name || !version || name.length > MAX_TEXT || version.length > MAX_TEXT) return undefined;
    const licenses = licensesOf(first.fields, headerOf(whole));
    const fact: PackageFact = {
      type: "pypi",
      name: pypiName(name),
      version,
      ...(licenses.length === 0 ? {} : { licenses }),
      line: lineOf(whole, "Name:"),
    };
    return { packages: [fact] };
  },
};

/** What stands before the description. */
function headerOf(text: string): string {
  const end = /\r?\n\r?\n/.exec(text)?.index;
  return end === undefined ? text : text.slice(0, end);
}

/** The SPDX expression where there is one, else classifiers, else the free-text field when it is a name and not a text. */
function licensesOf(fields: ReadonlyMap<string, string>, header: string): string[] {
  const expression = fields.get("license-expression");
  if (expression) return [expression];
  const classified = [...header.matchAll(CLASSIFIER)].map(([, name = ""]) => name.trim());
  if (classified.length > 0) return [...new Set(classified)].slice(0, 20);
  const free = fields.get("license");
  const isName = free !== undefined && free !== "" && free !== "UNKNOWN" && !free.includes("\n");
  return isName && free.length <= MAX_LICENSE_LENGTH ? [free] : [];
}

function lineOf(text: string, start: string): number {
  const at = text.startsWith(start) ? 0 : text.indexOf(`\n${start}`) + 1;
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < at; i = text.indexOf("\n", i + 1)) line++;
  return line;
}
