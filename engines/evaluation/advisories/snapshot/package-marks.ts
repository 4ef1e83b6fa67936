// SPDX-License-Identifier: Apache-2.0
/**
 * A mark of all that a snapshot says of a package, whatever stands around it: two snapshots of this format say the same where they have
 * the same marks. So a delta compares marks, and decodes nothing.
 */
import { createHash } from "node:crypto";

/** Bytes of each of the two: the first half of a SHA-256. */
const PART_BYTES = 16;
export const MARK_BYTES = 2 * PART_BYTES;

/** What an advisory says wherever it speaks, without positions in the snapshot. */
export interface Said {
  /** All but the next. */
  readonly facts: string;
  /** The probability of exploitation. */
  readonly epss: string;
}

/** @param entries as rows of a bucket, `[position, ...]` */
export function packageMark(entries: readonly string[], said: (advisory: number) => Said): Buffer {
  const facts: string[] = [];
  const epss: string[] = [];
  for (const entry of entries) {
    const own = said(Number.parseInt(entry.slice(1), 10));
    facts.push(`${own.facts}${entry.slice(entry.indexOf(","))}`);
    epss.push(`${own.facts}${own.epss}`);
  }
  return Buffer.concat([facts, epss].map(halfDigest));
}

function halfDigest(lines: string[]): Buffer {
  return createHash("sha256").update(lines.sort().join("\n")).digest().subarray(0, PART_BYTES);
}

export interface PackageMark {
  readonly facts: Buffer;
  readonly epss: Buffer;
}

export const markAt = (marks: Buffer, at: number): PackageMark => {
  const start = at * MARK_BYTES;
  return {
    facts: marks.subarray(start, start + PART_BYTES),
    epss: marks.subarray(start + PART_BYTES, start + MARK_BYTES),
  };
};
