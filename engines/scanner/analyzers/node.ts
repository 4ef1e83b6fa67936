// SPDX-License-Identifier: Apache-2.0
/**
 * Packages installed under node_modules: one package.json directly in each package's folder.
 * Sources: https://docs.npmjs.com/cli/configuring-npm/folders, https://docs.npmjs.com/cli/configuring-npm/package-json
 */
import { invalidInput, type FileAnalyzer } from "../analyzer.ts";
import type { PackageFact } from "../facts.ts";

const INSTALLED = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/;
const NAME = /^(?:(@[^/@\s]+)\/)?([^/@\s][^/\s]*)$/;
const MAX_TEXT = 300;

export const node: FileAnalyzer = {
  id: "language/node",
  version: 1,
  maxBytes: 8 * 1024 * 1024,
  wants: ({ path }) => path.endsWith("/package.json") && INSTALLED.test(path),
  analyze({ file, text }) {
    const manifest = parsed(text(), file.path);
    const [, namespace, name] = NAME.exec(textOf(manifest["name"]) ?? "") ?? [];
    const version = textOf(manifest["version"]);
    if (name === undefined || version === undefined) return undefined; // a folder's type marker, not a package
    const licenses = licensesOf(manifest);
    const fact: PackageFact = {
      type: "npm",
      ...(namespace === undefined ? {} : { namespace }),
      name,
      version,
      ...(licenses.length === 0 ? {} : { licenses }),
    };
    return { packages: [fact] };
  },
};

type Manifest = Readonly<Record<string, unknown>>;

function parsed(text: string, path: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (cause) {
    throw invalidInput(path, "not JSON", cause);
  }
  return isManifest(value) ? value : {};
}

const isManifest = (value: unknown): value is Manifest => typeof value === "object" && value !== null;

function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" || text.length > MAX_TEXT ? undefined : text;
}

/** `license` as an expression, or the older object and list forms. */
function licensesOf(manifest: Manifest): string[] {
  const given = manifest["license"] ?? manifest["licenses"];
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const names = list.map((item) => textOf(isManifest(item) ? item["type"] : item));
  return [...new Set(names.filter((name) => name !== undefined))].slice(0, 20);
}
