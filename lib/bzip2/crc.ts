// SPDX-License-Identifier: Apache-2.0
/** CRC-32 with the polynomial 0x04c11db7, highest bit first: zlib's has the same one with its bits reversed. */

export const crcTable: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});
