// SPDX-License-Identifier: Apache-2.0
/**
 * Python's version order: PEP 440 (packaging.python.org, "Version specifiers"), section "Summary of permitted suffixes
 * and relative ordering". Texts outside PEP 440 are legacy versions: all before any PEP 440 version, among themselves
 * ordered part by part as setuptools did (numbers after words, `final` after pre-releases).
 */
import {
  canonicalDigits,
  compareDigits,
  compareText,
  dottedNumbers,
  invalidVersion,
  isDigit,
  trimmedVersion,
} from "./order.ts";
import type { VersionOrder } from "./order.ts";

export interface Pep440Version {
  /** Set for a legacy version; nothing else counts then. */
  readonly legacy?: readonly string[];
  readonly epoch: string;
  /** No trailing zeros. */
  readonly release: readonly string[];
  /** Where this version stands among the versions of one release: phase, then number. */
  readonly phase: number;
  readonly preNumber: string;
  /** "" when there is none, which is before every number. */
  readonly post: string;
  /** "" when there is none, which is after every number. */
  readonly dev: string;
  readonly local: readonly string[];
}

const FORM = new RegExp(
  "^v?(?:(\\d+)!)?(\\d+(?:\\.\\d+)*)" +
    "(?:[-_.]?(alpha|beta|preview|pre|rc|a|b|c)[-_.]?(\\d*))?" +
    "(?:-(\\d+)|[-_.]?(post|rev|r)[-_.]?(\\d*))?" +
    "(?:[-_.]?(dev)[-_.]?(\\d*))?" +
    "(?:\\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$",
);

const DEV_ONLY = 0;
const FINAL = 4;
const NOTHING_MORE = {
  epoch: "0",
  release: [],
  phase: FINAL,
  preNumber: "0",
  post: "",
  dev: "",
  local: [],
} as const;
const PHASES = new Map<string, number>([
  ["a", 1],
  ["alpha", 1],
  ["b", 2],
  ["beta", 2],
  ["c", 3],
  ["rc", 3],
  ["pre", 3],
  ["preview", 3],
]);

export const pep440Order: VersionOrder<Pep440Version> = {
  parse(text) {
    const trimmed = trimmedVersion("pypi", text);
    const numbers = dottedNumbers(trimmed); // most versions are no more
    if (numbers !== undefined) return { ...NOTHING_MORE, release: withoutTrailingZeros(numbers) };
    const version = trimmed.toLowerCase();
    const found = FORM.exec(version);
    return found === null ? parseLegacy(text, version) : fromMatch(found);
  },

  compare(a, b) {
    if (a.legacy !== undefined || b.legacy !== undefined) return compareLegacy(a.legacy, b.legacy);
    return (
      compareDigits(a.epoch, b.epoch) ||
      compareLists(a.release, b.release, compareDigits) ||
      a.phase - b.phase ||
      compareDigits(a.preNumber, b.preNumber) ||
      compareDigits(a.post, b.post) ||
      compareDev(a.dev, b.dev) ||
      compareLists(a.local, b.local, compareLocal)
    );
  },
};

function fromMatch(found: RegExpExecArray): Pep440Version {
  const [
    ,
    epoch = "0",
    release = "0",
    pre,
    preNumber,
    implicitPost,
    postWord,
    postNumber,
    devWord,
    devNumber,
    local,
  ] = found;
  const post = implicitPost ?? (postWord === undefined ? undefined : (postNumber ?? ""));
  const dev = devWord === undefined ? undefined : (devNumber ?? "");
  const phase =
    pre !== undefined
      ? (PHASES.get(pre) ?? FINAL)
      : post === undefined && dev !== undefined
        ? DEV_ONLY
        : FINAL;
  return {
    epoch: canonicalDigits(epoch),
    release: withoutTrailingZeros(release.split(".").map(canonicalDigits)),
    phase,
    preNumber: number(preNumber),
    post: post === undefined ? "" : number(post),
    dev: dev === undefined ? "" : number(dev),
    local:
      local === undefined
        ? []
        : local.split(/[-_.]/).map((part) => (allDigits(part) ? canonicalDigits(part) : part)),
  };
}

function number(digits: string | undefined): string {
  return digits === undefined || digits === "" ? "0" : canonicalDigits(digits);
}

function withoutTrailingZeros(parts: readonly string[]): readonly string[] {
  let end = parts.length;
  while (end > 1 && parts[end - 1] === "0") end -= 1;
  return parts.slice(0, end);
}

function compareDev(a: string, b: string): number {
  if (a === "" || b === "") return a === b ? 0 : a === "" ? 1 : -1;
  return compareDigits(a, b);
}

/** Numbers after words. */
function compareLocal(a: string, b: string): number {
  const aDigits = allDigits(a);
  if (aDigits !== allDigits(b)) return aDigits ? 1 : -1;
  return aDigits ? compareDigits(a, b) : compareText(a, b);
}

function compareLists(
  a: readonly string[],
  b: readonly string[],
  compare: (a: string, b: string) => number,
): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    const difference = compare(a[i] ?? "", b[i] ?? "");
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function allDigits(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (!isDigit(text.charCodeAt(i))) return false;
  return text !== "";
}

// ---------------------------------------------------------------- legacy versions

const LEGACY_WORDS = new Map([
  ["pre", "c"],
  ["preview", "c"],
  ["rc", "c"],
  ["dev", "@"],
  ["-", "final-"],
]);

function parseLegacy(text: string, version: string): Pep440Version {
  if (!/^[\x21-\x7e]+$/.test(version))
    throw invalidVersion("pypi", text, "it has spaces or unprintable characters");
  const parts: string[] = [];
  for (const [part] of version.matchAll(/\d+|[a-z]+|[^\da-z.]/g)) {
    if (allDigits(part)) {
      parts.push(canonicalDigits(part));
      continue;
    }
    const word = `*${LEGACY_WORDS.get(part) ?? part}`;
    if (word < "*final") while (parts.at(-1) === "*final-") parts.pop();
    while (parts.at(-1) === "0") parts.pop();
    parts.push(word);
  }
  parts.push("*final");
  return { ...NOTHING_MORE, legacy: parts };
}

function compareLegacy(a: readonly string[] | undefined, b: readonly string[] | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  return compareLists(a, b, compareLocal);
}
