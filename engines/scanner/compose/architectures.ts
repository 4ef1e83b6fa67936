// SPDX-License-Identifier: Apache-2.0
/** Which of several OS packages of one name another one can use, by architecture: Debian's multiarch, rpm's multilib. */

/** Packages that fit every machine. */
const NEUTRAL: ReadonlySet<string> = new Set(["all", "noarch"]);
/** rpm names the processor that the 32-bit packages of one system were built for. */
const X86_32 = /^i[3-6]86$/;

/** Those of the same architecture, or of none; others where there is no such one. */
export function ofArchitecture<Item>(
  architecture: string | undefined,
  items: readonly Item[],
  architectureOf: (item: Item) => string | undefined,
): readonly Item[] {
  if (items.length < 2 || architecture === undefined || NEUTRAL.has(architecture)) return items;
  const own = familyOf(architecture);
  const fitting = items.filter((item) => {
    const other = architectureOf(item);
    return other === undefined || NEUTRAL.has(other) || familyOf(other) === own;
  });
  return fitting.length === 0 ? items : fitting;
}

const familyOf = (architecture: string): string => (X86_32.test(architecture) ? "i386" : architecture);
