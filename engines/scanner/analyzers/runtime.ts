// SPDX-License-Identifier: Apache-2.0
/**
 * Language runtimes built or unpacked without a package manager, from installed files that state their version.
 * Sources: node_version.h, patchlevel.h (https://docs.python.org/3/c-api/apiabiversion.html), Ruby's rbconfig.rb
 * (https://docs.ruby-lang.org/en/master/RbConfig.html), php_version.h, Go's VERSION file.
 */
import { invalidInput, type FileAnalyzer } from "../analyzer.ts";
import type { PackageFact } from "../facts.ts";

interface Runtime {
  readonly name: string;
  readonly path: RegExp;
  /** The version stands in the first group, or is joined from the first groups of several by dots; lines of the file. */
  readonly version: readonly RegExp[];
  /** False where other files may have that name. */
  readonly isCertain: boolean;
}

/** By the name of the file. Linux distributions own usr/include, and node-gyp keeps headers without a runtime. */
const RUNTIMES = new Map<string, readonly Runtime[]>([
  [
    "node_version.h",
    [
      {
        name: "node",
        path: /(?:^|\/)include\/node\/node_version\.h$/,
        version: ["MAJOR", "MINOR", "PATCH"].map(
          (part) => new RegExp(`^#define[ \\t]+NODE_${part}_VERSION[ \\t]+(\\d{1,9})\\b`, "m"),
        ),
        isCertain: true,
      },
    ],
  ],
  [
    "patchlevel.h",
    [
      {
        name: "python",
        path: /(?:^|\/)include\/python\d[\w.]*\/patchlevel\.h$/,
        version: [/^#define[ \t]+PY_VERSION[ \t]+"(\d[\w.+]{0,50})"/m],
        isCertain: true,
      },
      {
        name: "pypy",
        path: /(?:^|\/)include\/pypy\d[\w.]*\/patchlevel\.h$/,
        version: [/^#define[ \t]+PYPY_VERSION[ \t]+"(\d[\w.+-]{0,50})"/m],
        isCertain: true,
      },
    ],
  ],
  [
    "rbconfig.rb",
    [
      {
        name: "ruby",
        path: /(?:^|\/)ruby\/\d[^/]*\/(?:[^/]+\/)?rbconfig\.rb$/,
        // RUBY_PROGRAM_VERSION is put together from these when it is read.
        version: ["MAJOR", "MINOR", "TEENY"].map(
          (part) => new RegExp(`^[ \\t]*CONFIG\\["${part}"\\][ \\t]*=[ \\t]*"(\\d{1,9})"`, "m"),
        ),
        isCertain: false,
      },
    ],
  ],
  [
    "php_version.h",
    [
      {
        name: "php",
        path: /(?:^|\/)php\/main\/php_version\.h$/,
        version: [/^#define[ \t]+PHP_VERSION[ \t]+"(\d[\w.+-]{0,50})"/m],
        isCertain: true,
      },
    ],
  ],
  [
    "VERSION",
    [
      {
        name: "go",
        path: /(?:^|\/)VERSION$/,
        version: [/^go(\d[\w.-]{0,50})[ \t\r]*(?:\n|$)/],
        isCertain: false,
      },
    ],
  ],
]);
/** Files of these names in other programs are long; Go's has one or two lines. */
const MAX_GO_VERSION = 200;
const NO_RUNTIME = /^usr\/include\/|(?:^|\/)\.?node-gyp\//;

export const runtime: FileAnalyzer = {
  id: "language/runtime",
  version: 1,
  maxBytes: 256 * 1024,
  wants: (file) => runtimeOf(file.path, file.size) !== undefined,
  analyze({ file, text, bytes }) {
    const known = runtimeOf(file.path, bytes.length);
    if (known === undefined) return undefined;
    const whole = text();
    const found = known.version.map((pattern) => pattern.exec(whole));
    const parts = found.map((match) => match?.[1]);
    if (parts.includes(undefined)) {
      if (!known.isCertain) return undefined;
      throw invalidInput(file.path, `no version of ${known.name}`);
    }
    const fact: PackageFact = {
      type: "generic",
      name: known.name,
      version: parts.join("."),
      line: lineOf(whole, found[0]?.index ?? 0),
    };
    return { packages: [fact] };
  },
};

function runtimeOf(path: string, size: number): Runtime | undefined {
  if (!path.endsWith(".h") && !path.endsWith(".rb") && !path.endsWith("VERSION")) return undefined;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const candidates = RUNTIMES.get(name);
  if (candidates === undefined || (name === "VERSION" && size > MAX_GO_VERSION)) return undefined;
  if (NO_RUNTIME.test(path)) return undefined;
  return candidates.find((candidate) => candidate.path.test(path));
}

/** 1-based. */
function lineOf(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
