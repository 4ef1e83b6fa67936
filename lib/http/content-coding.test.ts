// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, messageOf } from "../errors.ts";
import { codingsOf, decodeFile } from "./content-coding.ts";

const plain = Buffer.from("a text with words ".repeat(500));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stella-coding-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function decode(header: string, bytes: Uint8Array, maxBytes = 1_000_000): Promise<string> {
  const [from, to] = [join(folder, "from"), join(folder, "to")];
  await writeFile(from, bytes);
  try {
    await decodeFile(from, to, codingsOf(header, "it"), { where: "it", maxBytes });
    return (await readFile(to)).equals(plain) ? "same" : "other";
  } catch (error) {
    return `${codeOf(error)} ${messageOf(error)}`;
  }
}

describe("content codings", () => {
  it.each([
    ["", plain],
    ["identity", plain],
    ["gzip", gzipSync(plain)],
    ["X-GZIP", gzipSync(plain)],
    ["deflate", deflateSync(plain)],
    ["br", brotliCompressSync(plain)],
    ["zstd", zstdCompressSync(plain)],
    ["gzip, br", brotliCompressSync(gzipSync(plain))],
  ])("%j is taken off", async (header, bytes) => {
    expect(await decode(header, bytes)).toBe("same");
  });

  it.each([
    ["gzip", plain, /^HTTP_DAMAGED it is no gzip: incorrect header/],
    ["gzip", gzipSync(plain).subarray(0, 40), /^HTTP_DAMAGED it is no gzip: unexpected end/],
    ["br", plain, /^HTTP_DAMAGED it is no br/],
    ["zstd", plain, /^HTTP_DAMAGED it is no zstd/],
    ["compress", plain, /^HTTP_DAMAGED it came with a content coding that is not known: "compress"$/],
    ["gzip, gzip, gzip", plain, /^HTTP_DAMAGED .*3 codings$/],
    ["constructor", plain, /^HTTP_DAMAGED .*"constructor"$/],
  ])("%j of what it does not fit", async (header, bytes, want) => {
    expect(await decode(header, bytes)).toMatch(want);
  });

  it.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ])("a bomb of %s is stopped", async (header, pack) => {
    expect(await decode(header, pack(Buffer.alloc(20_000_000)))).toBe(
      "HTTP_TOO_LARGE it unpacks to more than 1000000 bytes",
    );
    expect((await readFile(join(folder, "to"))).length).toBeLessThanOrEqual(1_000_000);
  });
});
