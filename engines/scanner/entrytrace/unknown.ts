// SPDX-License-Identifier: Apache-2.0
/**
 * Text that is known in part. A NUL, which no shell word can hold, stands for any text that is not known; so
 * `-Xmx\0m` is known to begin with `-Xmx`.
 */

/** Any text, the empty one too. */
export const UNKNOWN = "\0";
/** A number that is not known but for not being 0: the id of a named user. */
export const UNKNOWN_ID = "\u0001";

/** Longer values are forgotten: no path or class path is that long. */
const MAX_VALUE = 32 * 1024;

const HOLE = /[\0\u0001]/;
const HOLES = /[\0\u0001]+/g;

export const isKnown = (text: string): boolean => !HOLE.test(text);

/** For people: `<?>` where the text is not known. */
export const shown = (text: string): string => text.replace(HOLES, "<?>");

export const bounded = (text: string): string => (text.length > MAX_VALUE ? UNKNOWN : text);

/** What is known before the first hole. */
export function knownPrefix(text: string): string {
  const at = text.search(HOLE);
  return at < 0 ? text : text.slice(0, at);
}

/** What is known after the last hole. */
export function knownSuffix(text: string): string {
  return text.slice(Math.max(text.lastIndexOf(UNKNOWN), text.lastIndexOf(UNKNOWN_ID)) + 1);
}

/** Whether two texts are the same; undefined where that depends on what is not known. */
export function areEqual(left: string, right: string): boolean | undefined {
  if (isKnown(left) && isKnown(right)) return left === right;
  if ((left === UNKNOWN_ID && right === "0") || (left === "0" && right === UNKNOWN_ID)) return false;
  const prefix = [knownPrefix(left), knownPrefix(right)] as const;
  const suffix = [knownSuffix(left), knownSuffix(right)] as const;
  const canMatch =
    (prefix[0].startsWith(prefix[1]) || prefix[1].startsWith(prefix[0])) &&
    (suffix[0].endsWith(suffix[1]) || suffix[1].endsWith(suffix[0]));
  if (!canMatch) return false;
  if (isKnown(left) && left.length < right.replace(HOLES, "").length) return false;
  if (isKnown(right) && right.length < left.replace(HOLES, "").length) return false;
  return undefined;
}

/** Whether it is the empty text; undefined where that is not known. */
export function isEmpty(text: string): boolean | undefined {
  if (text === "") return true;
  return text.replaceAll(UNKNOWN, "") === "" ? undefined : false;
}
