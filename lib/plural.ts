// SPDX-License-Identifier: Apache-2.0
/** `1 rule`, `2 rules`. For nouns that take an s. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
