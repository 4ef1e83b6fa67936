// SPDX-License-Identifier: Apache-2.0
/**
 * Names of streams and the string pool of a Windows Installer database.
 * The format is not published by its maker; it is as the tools of GNOME's msitools and Wine's msi write it.
 */

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";
const TABLE = 0x4840;

/** Two signs of a table's name stand in one code unit; a table begins with `!` here. */
export function msiStreamName(stored: string): string {
  let name = "";
  for (let i = 0; i < stored.length; i++) {
    const unit = stored.charCodeAt(i);
    if (unit >= 0x3800 && unit < 0x4800)
      name += ALPHABET.charAt((unit - 0x3800) & 63) + ALPHABET.charAt((unit - 0x3800) >> 6);
    else if (unit >= 0x4800 && unit < TABLE) name += ALPHABET.charAt(unit - 0x4800);
    else name += unit === TABLE ? "!" : stored.charAt(i);
  }
  return name;
}

export interface StringPool {
  /** Bytes of a reference in a table: 2, or 3 where there are more than 65535 strings. */
  readonly referenceSize: 2 | 3;
  /** Empty for 0 and for what is not in the pool. */
  text(id: number): string;
}

/** Windows code pages by number; 0 is ASCII. */
const ENCODINGS: Readonly<Record<number, string>> = {
  874: "windows-874",
  932: "shift_jis",
  936: "gbk",
  949: "euc-kr",
  950: "big5",
  65001: "utf-8",
};
const MAX_STRING_LENGTH = 4000;

export function stringPool(pool: Buffer, data: Buffer): StringPool {
  const head = pool.length < 4 ? 0 : pool.readUInt32LE(0);
  const codePage = head & 0x7fffffff;
  const isSingle = codePage >= 1250 && codePage <= 1258;
  const decoder = new TextDecoder(isSingle ? `windows-${codePage}` : (ENCODINGS[codePage] ?? "windows-1252"));
  const ends = endsOf(pool, data.length);
  return {
    referenceSize: head >= 0x80000000 ? 3 : 2,
    text(id) {
      const [start, end] = [id < 2 ? 0 : ends[id - 2], ends[id - 1]];
      if (id < 1 || start === undefined || end === undefined || end > data.length) return "";
      return decoder.decode(data.subarray(start, Math.min(end, start + MAX_STRING_LENGTH)));
    },
  };
}

/**
 * Where each string ends in the data. An entry is a length and a use count; length 0 with a use count says that the
 * string is longer than 64 KiB and that the next entry belongs to it. Writers differ in which of the two entries has
 * the high half of the length: right is the one by which all strings fill the data.
 */
function endsOf(pool: Buffer, dataLength: number): Uint32Array {
  const ends = readEnds(pool, false);
  return ends.at(-1) === dataLength ? ends : readEnds(pool, true);
}

function readEnds(pool: Buffer, isHighFirst: boolean): Uint32Array {
  const entries = Math.max(0, Math.floor(pool.length / 4) - 1);
  const ends = new Uint32Array(entries);
  let [strings, end] = [0, 0];
  for (let i = 1; i <= entries; i++) {
    let length = pool.readUInt16LE(4 * i);
    const count = pool.readUInt16LE(4 * i + 2);
    if (length === 0 && count > 0 && i < entries) {
      i++;
      const high = isHighFirst ? count : pool.readUInt16LE(4 * i + 2);
      length = high * 0x10000 + pool.readUInt16LE(4 * i);
    }
    end = Math.min(end + length, 0xffffffff);
    ends[strings++] = end;
  }
  return ends.subarray(0, strings);
}
