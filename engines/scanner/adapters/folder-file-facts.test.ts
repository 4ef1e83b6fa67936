// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { FileAnalyzer } from "../analyzer.ts";
import { analyzeLayer } from "../layer/analyze-layer.ts";
import { defaultScanLimits } from "../layer/limits.ts";
import { memoryLayer } from "../testing/images.ts";
import { folderFileFacts } from "./folder-file-facts.ts";

const folder = mkdtempSync(join(tmpdir(), "file-facts-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("facts kept by content", () => {
  it("are made once for the same file in two layers, and again where an entry is damaged", async () => {
    let asked = 0;
    const analyzer: FileAnalyzer = {
      id: "os/fake",
      version: 1,
      maxBytes: 100,
      keptByContent: true,
      wants: () => true,
      analyze: ({ bytes }) => {
        asked++;
        return { packages: [{ type: "generic", name: bytes.toString(), version: "1" }] };
      },
    };
    const cache = folderFileFacts(join(folder, "cache"));
    const read = async (path: string) => {
      const { blob, descriptor } = memoryLayer([{ path, content: "x" }]);
      const layer = { ...descriptor, open: () => [blob], verifyDigest: true };
      const { fragment } = await analyzeLayer(layer, [analyzer], defaultScanLimits, cache);
      return fragment.files.map(({ path: at, packages }) => [at, packages?.[0]?.name]);
    };
    expect([await read("a/x.jar"), await read("b/x.jar"), asked]).toEqual([
      [["a/x.jar", "x"]],
      [["b/x.jar", "x"]],
      1,
    ]);
    await read("a/y.jar"); // another name may give other facts
    expect(asked).toBe(2);
    for (const file of filesIn(join(folder, "cache"))) {
      writeFileSync(file, readFileSync(file, "utf8").replace('"x"', '"z"'));
    }
    expect([await read("a/x.jar"), asked]).toEqual([[["a/x.jar", "x"]], 3]);
  });

  it("cost no scan where the folder can't be used", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const cache = folderFileFacts(file);
    cache.put("abcd", { packages: [] });
    expect(cache.get("abcd")).toBeUndefined();
  });
});

const filesIn = (at: string): string[] =>
  readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
