// SPDX-License-Identifier: Apache-2.0
/** An ndb database of one slot page around headers that a test makes. */

const PAGE = 4096;
const BLOCK = 16;
const HEAD = 16;
const TAIL = 12;

/** At most 254 headers; the first stands at byte 4096 + 16. */
export function ndbOf(headers: readonly Buffer[]): Buffer {
  const slots = Buffer.alloc(PAGE);
  slots.write("RpmP", 0);
  slots.writeUInt32LE(1, 12);
  for (let slot = 32; slot < PAGE; slot += 16) slots.write("Slot", slot);
  const blobs: Buffer[] = [];
  let block = PAGE / BLOCK;
  for (const [i, header] of headers.entries()) {
    const blocks = Math.ceil((HEAD + header.length + TAIL) / BLOCK);
    for (const [j, field] of [i + 1, block, blocks].entries()) {
      slots.writeUInt32LE(field, 32 + 16 * i + 4 + 4 * j);
    }
    const blob = Buffer.alloc(blocks * BLOCK);
    blob.write("BlbS", 0);
    blob.writeUInt32LE(i + 1, 4);
    blob.writeUInt32LE(header.length, 12);
    header.copy(blob, HEAD);
    blobs.push(blob);
    block += blocks;
  }
  return Buffer.concat([slots, ...blobs]);
}
