// SPDX-License-Identifier: Apache-2.0
/** Watch lines: torn in any place, over the limit, silent. */
import { PassThrough, Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesOf } from "./lines.ts";

const options = { maxLineBytes: 1000, idleMs: 5000 };

async function collect(body: Readable, given = options): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(body, given)) lines.push(line);
  return lines;
}

describe("linesOf", () => {
  it("gives the same lines however the bytes were cut", async () => {
    const lines = fc.array(
      fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\n")),
    );
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 7 }), async (wanted, size) => {
        const bytes = Buffer.from(wanted.map((line) => `${line}\n`).join(""));
        const chunks: Buffer[] = [];
        for (let from = 0; from < bytes.length; from += size) chunks.push(bytes.subarray(from, from + size));
        expect(await collect(Readable.from(chunks))).toEqual(wanted.filter((line) => line.trim() !== ""));
      }),
    );
  });

  it("drops a torn last line", async () => {
    expect(await collect(Readable.from([Buffer.from('{"a":1}\n{"b":')]))).toEqual(['{"a":1}']);
  });

  it("refuses a line over the limit", async () => {
    const endless = Readable.from([Buffer.alloc(600), Buffer.alloc(600)]);
    await expect(collect(endless)).rejects.toMatchObject({ code: "KUBE_ANSWER_INVALID" });
  });

  it("ends on silence", async () => {
    const silent = new PassThrough();
    silent.write("one\n");
    await expect(collect(silent, { ...options, idleMs: 20 })).rejects.toMatchObject({
      code: "KUBE_UNAVAILABLE",
    });
  });
});
