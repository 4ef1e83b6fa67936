// SPDX-License-Identifier: Apache-2.0
/** Bounds of one OVAL document. Vendors' largest have about 40,000 definitions and a million tests. */

export const MAX_DEFINITIONS = 500_000;
/** Tests, objects, states and variables together. */
export const MAX_ELEMENTS = 4_000_000;
/** Values of all variables together. */
export const MAX_VALUES = 4_000_000;
/** Criteria, criterions, references, CVEs and the like of one definition; over it the definition is refused. */
export const MAX_PARTS = 200_000;
/** Names of one test: a source package's binaries. */
export const MAX_NAMES = 20_000;
/** States of a test, and fields of a state. */
export const MAX_STATES = 20;
/** Releases, or modules, of which one must be there. */
export const MAX_ALTERNATIVES = 500;
/** Packages that one definition names, each release and module for itself. */
export const MAX_PACKAGES = 100_000;
/** Those of all definitions, counted in their criteria and again under each release. */
export const MAX_ALL_PACKAGES = 10_000_000;
/** Characters of a text; what is longer is cut, and then no id, name or version any more. */
export const MAX_TEXT = 4096;
/** Characters of a description. Red Hat's kernels have 40,000. */
export const MAX_DESCRIPTION = 200_000;
