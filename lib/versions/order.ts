// SPDX-License-Identifier: Apache-2.0
/** What one version order offers: parse once, compare often. */
import { defineErrors } from "#lib/errors.ts";

export const versionErrors = defineErrors("versions", {
  /** The text is not a version of its ecosystem. */
  VERSION_INVALID: "invalid",
  /** No order is known for the ecosystem. */
  VERSION_ORDER_UNKNOWN: "invalid",
});

/** A total preorder over the valid versions of one ecosystem. `Parsed` belongs to its own order only. */
export interface VersionOrder<Parsed = unknown> {
  /** @throws VERSION_INVALID */
  parse(text: string): Parsed;
  /** Negative, 0 or positive, as `Array.prototype.sort` wants it. */
  compare(a: Parsed, b: Parsed): number;
  /** Whether a version is one of several that a name stands for; absent where every text names one version. */
  isOf?(version: Parsed, named: Parsed): boolean;
}

/** Longer texts are no versions; it bounds the work of every parser here. */
export const MAX_VERSION_LENGTH = 256;

export function invalidVersion(ecosystem: string, text: string, reason: string): Error {
  const shown = JSON.stringify(text.slice(0, 100));
  return versionErrors.make("VERSION_INVALID", `${shown} is no ${ecosystem} version: ${reason}`);
}

/** Trimmed. @throws VERSION_INVALID when empty or over MAX_VERSION_LENGTH characters. */
export function trimmedVersion(ecosystem: string, text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") throw invalidVersion(ecosystem, text, "it is empty");
  if (trimmed.length > MAX_VERSION_LENGTH) throw invalidVersion(ecosystem, text, "it is too long");
  return trimmed;
}

/** Digits without leading zeros; "0" for zero. Numbers stay texts, so no length loses precision. */
export function canonicalDigits(digits: string): string {
  let start = 0;
  while (start < digits.length - 1 && digits.charCodeAt(start) === 48) start += 1;
  return start === 0 ? digits : digits.slice(start);
}

const DOT = 46;

/** The numbers of a text of numbers and dots between them, without leading zeros; undefined for any other text. */
export function dottedNumbers(text: string): string[] | undefined {
  const numbers: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : DOT;
    if (isDigit(code)) continue;
    if (code !== DOT || at === start) return undefined;
    numbers.push(canonicalDigits(text.slice(start, at)));
    start = at + 1;
  }
  return numbers;
}

/** Compares what `canonicalDigits` returned, as numbers. */
export function compareDigits(a: string, b: string): number {
  return a.length !== b.length ? a.length - b.length : compareText(a, b);
}

/** By UTF-16 code unit. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** ASCII digits only, and at least one. */
export function isNumeric(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (!isDigit(text.charCodeAt(i))) return false;
  return text !== "";
}

export function isLower(code: number): boolean {
  return code >= 97 && code <= 122;
}

export function isLetter(code: number): boolean {
  return isLower(code | 32) && code >= 65;
}
