// SPDX-License-Identifier: Apache-2.0
/** Lines of a byte stream, with their numbers; blank lines are left out. */

export interface Line {
  /** 1-based. */
  readonly number: number;
  /** Undefined for a line over the limit; its bytes were passed over. */
  readonly bytes: Buffer | undefined;
}

export async function* lines(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let size = 0;
  let number = 1;
  const take = (part: Buffer): void => {
    size += part.length;
    if (size <= maxBytes) parts.push(part);
    else parts = [];
  };
  const finish = (): Line => {
    const line = { number, bytes: size > maxBytes ? undefined : Buffer.concat(parts) };
    parts = [];
    size = 0;
    number += 1;
    return line;
  };
  for await (const chunk of chunks) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      take(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      const line = finish();
      if (!isBlank(line)) yield line;
    }
    take(rest);
  }
  const last = finish();
  if (!isBlank(last)) yield last;
}

function isBlank({ bytes }: Line): boolean {
  return bytes?.every((byte) => byte === 32 || byte === 9 || byte === 13) ?? false;
}
