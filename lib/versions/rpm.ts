// SPDX-License-Identifier: Apache-2.0
/**
 * RPM's version order: epoch, version, release, each by its runs of letters and digits, `~` before and `^` behind the end.
 * Follows rpm-version(7) and https://rpm-software-management.github.io/rpm/manual/dependencies.html, "Versioning".
 */
import {
  canonicalDigits,
  compareDigits,
  compareText,
  invalidVersion,
  isDigit,
  trimmedVersion,
} from "./order.ts";
import type { VersionOrder } from "./order.ts";

/** Kinds of segments in the order in which they sort where two versions first differ in kind. */
const TILDE = 0;
const END = 1;
const CARET = 2;
const LETTERS = 3;
const DIGITS = 4;

/** Ends with END. */
interface Segments {
  readonly kinds: readonly number[];
  readonly texts: readonly string[];
}

export interface RpmVersion {
  readonly epoch: string;
  readonly version: Segments;
  /** Undefined sorts before any. */
  readonly release: Segments | undefined;
}

const EPOCH = /^(\d*):/;
const PRINTABLE = /^[\x21-\x7e]+$/;
const SEGMENT = /~|\^|[A-Za-z]+|[0-9]+/g;

export const rpmOrder: VersionOrder<RpmVersion> = {
  parse(text) {
    const trimmed = trimmedVersion("rpm", text);
    if (!PRINTABLE.test(trimmed)) throw invalidVersion("rpm", text, "it has a character that none may have");
    const [prefix = "", epoch = ""] = EPOCH.exec(trimmed) ?? [];
    const rest = trimmed.slice(prefix.length);
    const hyphen = rest.lastIndexOf("-");
    const version = hyphen < 0 ? rest : rest.slice(0, hyphen);
    if (version === "") throw invalidVersion("rpm", text, "it has no version");
    return {
      epoch: canonicalDigits(epoch === "" ? "0" : epoch),
      version: segments(version),
      release: hyphen < 0 ? undefined : segments(rest.slice(hyphen + 1)),
    };
  },

  compare(a, b) {
    return (
      compareDigits(a.epoch, b.epoch) ||
      compareSegments(a.version, b.version) ||
      compareReleases(a.release, b.release)
    );
  },
};

/** What separates segments counts for nothing, not even that it is there. */
function segments(text: string): Segments {
  const [kinds, texts]: [number[], string[]] = [[], []];
  for (const [segment] of text.matchAll(SEGMENT)) {
    const kind =
      segment === "~" ? TILDE : segment === "^" ? CARET : isDigit(segment.charCodeAt(0)) ? DIGITS : LETTERS;
    kinds.push(kind);
    texts.push(kind === DIGITS ? canonicalDigits(segment) : segment);
  }
  return { kinds: [...kinds, END], texts: [...texts, ""] };
}

function compareReleases(a: Segments | undefined, b: Segments | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareSegments(a, b);
}

function compareSegments(a: Segments, b: Segments): number {
  for (const [i, kind] of a.kinds.entries()) {
    const other = b.kinds[i] ?? END;
    if (kind !== other) return kind - other;
    const [left, right] = [a.texts[i] ?? "", b.texts[i] ?? ""];
    const order = kind === DIGITS ? compareDigits(left, right) : compareText(left, right);
    if (order !== 0) return order;
  }
  return 0;
}
