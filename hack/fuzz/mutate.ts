// SPDX-License-Identifier: Apache-2.0
/** Damage done to an input: what broken disks, cut downloads and hostile authors do. Same random numbers, same damage. */
import type { Random } from "./random.ts";

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

/** Inputs do not grow past this by damage; large ones are made on purpose, in `hostile`. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Signs that formats give a meaning to. */
const SIGNS = Array.from("\"\\'{}[]()<>:;,.$@#%/*?!=~`&|-_\n\r\t\0 ", (sign) => Buffer.from(sign));
const WORDS = [
  "../",
  "\uFFFD",
  "\u{1F980}",
  "%s%n",
  "${x:-$(y)}",
  "<!--",
  "\r\n\r\n",
  "]]>",
  "__proto__",
  "1e999",
];
const RUNS = [100, 1000, 5000, 70_000, 1_100_000];

/** Between one and four changes, or the bytes as they are where `number` is 0. */
export function mutated(bytes: Buffer, other: Buffer, number: number, random: Random): Buffer {
  if (number === 0) return bytes;
  let result: Buffer = Buffer.from(bytes);
  for (let left = 1 + random.below(4); left > 0; left--)
    result = random.oneOf(mutations)(result, random, other);
  return result.subarray(0, MAX_BYTES);
}

/** Every length of a short input, and lengths around powers of two and block sizes of a long one. */
export function cutAt(bytes: Buffer, random: Random): Buffer {
  const edges = [1, 2, 4, 8, 16, 32, 64, 100, 128, 256, 512, 1024, 4096, 8192, 65_536];
  const length =
    random.below(2) === 0
      ? random.below(bytes.length + 1)
      : Math.floor(bytes.length / random.oneOf(edges)) * random.oneOf([1, 1, 3]) + random.oneOf([-1, 0, 1]);
  return bytes.subarray(0, Math.max(0, length));
}

function changed(bytes: Buffer, at: number, length: number, put: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + length)]);
}

const flip: Mutation = (bytes, random) => {
  for (let left = 1 + random.below(8); left > 0 && bytes.length > 0; left--) {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
  }
  return bytes;
};

const setByte: Mutation = (bytes, random) => {
  if (bytes.length > 0)
    bytes[random.below(bytes.length)] = random.oneOf([0, 1, 0x7f, 0x80, 0xff, 0x20, 0x0a]);
  return bytes;
};

/** Numbers of two, four and eight bytes, in the head of the file more often than behind it. */
const blowUp: Mutation = (bytes, random) => {
  const width = random.oneOf([2, 4, 8]);
  const reach = random.below(2) === 0 ? Math.min(bytes.length, 512) : bytes.length;
  const start = random.below(reach + 1);
  const at = random.below(2) === 0 ? start : start - (start % width);
  if (at + width > bytes.length) return bytes;
  bytes.fill(random.oneOf([0x00, 0xff, 0x7f]), at, at + width);
  if (random.below(2) === 0)
    bytes[at + random.oneOf([0, width - 1])] = random.oneOf([0, 1, 0x7f, 0x80, 0xff]);
  return bytes;
};

const splice: Mutation = (bytes, random, other) => {
  const from = random.below(other.length + 1);
  const piece = other.subarray(from, from + random.below(256));
  return changed(bytes, random.below(bytes.length + 1), random.oneOf([0, piece.length]), piece);
};

const swap: Mutation = (bytes, random) => {
  const size = random.oneOf([4, 16, 64, 512, 4096]);
  const [a, b] = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort((x, y) => x - y) as [
    number,
    number,
  ];
  const [first, middle, second] = [
    bytes.subarray(a, a + size),
    bytes.subarray(a + size, b),
    bytes.subarray(b, b + size),
  ];
  return b < a + size
    ? bytes
    : Buffer.concat([bytes.subarray(0, a), second, middle, first, bytes.subarray(b + size)]);
};

const repeat: Mutation = (bytes, random) => {
  const from = random.below(bytes.length + 1);
  const piece = bytes.subarray(from, from + 1 + random.below(random.oneOf([16, 512, 8192])));
  const times = Math.min(
    random.oneOf([1, 2, 10, 1000]),
    Math.floor(MAX_BYTES / 4 / Math.max(1, piece.length)),
  );
  return changed(bytes, from, 0, Buffer.concat(Array.from({ length: times }, () => piece)));
};

const remove: Mutation = (bytes, random) =>
  changed(bytes, random.below(bytes.length + 1), random.below(random.oneOf([4, 64, 1024])), Buffer.alloc(0));

const sign: Mutation = (bytes, random) => {
  const put = random.below(3) === 0 ? Buffer.from(random.oneOf(WORDS)) : random.oneOf(SIGNS);
  return changed(bytes, random.below(bytes.length + 1), random.below(2), put);
};

/** One sign, or two in turn, many times. */
const run: Mutation = (bytes, random) => {
  const unit = Buffer.concat([
    random.oneOf(SIGNS),
    ...(random.below(2) === 0 ? [random.oneOf([...SIGNS, Buffer.from("a")])] : []),
  ]);
  const length = random.oneOf(random.below(20) === 0 ? RUNS : RUNS.slice(0, 3));
  return changed(bytes, random.below(bytes.length + 1), 0, Buffer.alloc(length, unit));
};

const cut: Mutation = (bytes, random) => Buffer.from(cutAt(bytes, random));

const mutations: readonly Mutation[] = [
  flip,
  flip,
  setByte,
  blowUp,
  blowUp,
  splice,
  swap,
  repeat,
  remove,
  sign,
  sign,
  run,
  cut,
];
