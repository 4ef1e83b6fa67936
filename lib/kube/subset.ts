// SPDX-License-Identifier: Apache-2.0
/** Comparing what is wanted with what is there, whatever else a server or other managers put there. */

/**
 * Maps: every wanted field, deep; a wanted `undefined` asks for nothing. Lists: the same length, each element in
 * its place. Everything else: equal. A false "no" costs one request that changes nothing; a "yes" is certain.
 */
export function isSubset(wanted: unknown, actual: unknown): boolean {
  if (wanted === undefined || wanted === actual) return true;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) &&
      wanted.length === actual.length &&
      wanted.every((item, index) => isSubset(item, actual[index]))
    );
  }
  if (!isMap(wanted) || !isMap(actual)) return false;
  return Object.entries(wanted).every(([name, value]) => isSubset(value, actual[name]));
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A shallow copy that lacks some fields. */
export function without(value: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}
