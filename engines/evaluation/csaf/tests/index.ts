// SPDX-License-Identifier: Apache-2.0
/** The mandatory tests of CSAF 2.0 (section 6.1) in their order, and those that cannot be decided here. */
import type { CsafTest } from "../types.ts";
import { cvssTests } from "./cvss-tests.ts";
import { documentTests } from "./document-tests.ts";
import { productTests } from "./product-tests.ts";
import { profileTests } from "./profile-tests.ts";
import { trackingTests } from "./tracking-tests.ts";
import { vulnerabilityTests } from "./vulnerability-tests.ts";

const numbersOf = ({ id }: CsafTest): readonly number[] => id.split(".").map(Number);

export const csafTests: readonly CsafTest[] = [
  ...productTests,
  ...vulnerabilityTests,
  ...cvssTests,
  ...documentTests,
  ...trackingTests,
  ...profileTests,
].sort((a, b) => {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const at = left.findIndex((number, index) => number !== right[index]);
  return (left[at] ?? 0) - (right[at] ?? 0);
});

/** Section to the reason. */
export const testsLeftOut: Readonly<Record<string, string>> = {
  "6.1.11":
    "whether a CWE exists, and is called so, is known to MITRE's list only; the form of its id is checked",
};

/** Tests that pass what the letter of the specification would not, since documents in use would fail without a contradiction. */
export const testsRelaxed: Readonly<Record<string, string>> = {
  "6.1.2": "a product may be defined twice in the same words",
  "6.1.10": "of version 2 the base metrics are compared",
  "6.1.12": "two-letter languages are looked up, other subtags are not",
  "6.1.13": "a purl may break a rule of its type; it then names nothing",
  "6.1.31": "the words of a range are looked for as words, not as parts of words",
};
