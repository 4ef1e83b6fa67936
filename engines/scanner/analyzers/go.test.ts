// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { StellaError } from "#lib/errors.ts";
import { goBinary, type GoBinary } from "../testing/go-binary.ts";
import { analyzeFile } from "../testing/images.ts";
import { go } from "./go.ts";

const MODULES = [
  "path\texample.com/app/cmd/x",
  "mod\texample.com/app\t(devel)\t",
  "dep\tgolang.org/x/net\tv0.20.0\th1:abc=",
  "dep\tgithub.com/old/lib\tv1.0.0\th1:abc=",
  "=>\tgithub.com/new/lib\tv1.0.1\th1:def=",
  "dep\texample.com/local\tv0.0.0\t",
  "=>\t./local\t\t",
  "build\t-ldflags=-s",
  "",
].join("\n");
const app: GoBinary = { goVersion: "go1.22.1 X:boringcrypto", modules: MODULES };
const executable = { mode: 0o755 };

const found = (bytes: Buffer, pieces?: number): string[] | undefined =>
  analyzeFile(
    go,
    "app/x",
    bytes,
    pieces === undefined ? executable : { ...executable, pieces },
  )?.packages?.map(
    ({ namespace, name, version }) => `${namespace === undefined ? "" : `${namespace}/`}${name}@${version}`,
  );

const want = [
  "stdlib@1.22.1",
  "example.com/app@(devel)",
  "golang.org/x/net@v0.20.0",
  "github.com/new/lib@v1.0.1",
  "example.com/local@(devel)",
];

describe("language/go", () => {
  it.each([
    ["in one piece", app, undefined],
    ["in small pieces", app, 7],
    ["in pieces that part the magic", { ...app, textBytes: 8192 }, 8196],
    ["deep in the data segment", { ...app, dataBytes: 1 << 20 }, 65536],
    ["with long module lines", { ...app, modules: MODULES + "build\tx=" + "y".repeat(100_000) + "\n" }, 4096],
  ])("finds modules %s", (_, binary, pieces) => expect(found(goBinary(binary), pieces)).toEqual(want));

  it("gives the blob's offset", () => {
    const facts = analyzeFile(go, "app/x", goBinary(app), executable);
    expect(facts?.packages?.map(({ offset }) => offset)).toEqual(want.map(() => 8192));
  });

  it("finds only the standard library in a binary built without modules", () =>
    expect(found(goBinary({ goVersion: "go1.21.0", modules: "" }))).toEqual(["stdlib@1.21.0"]));

  it.each([
    ["a script", Buffer.concat([Buffer.from("#!/bin/sh\n"), Buffer.alloc(5000)])],
    ["an ELF file of another make", Buffer.concat([goBinary(app).subarray(0, 8192), Buffer.alloc(8192)])],
    ["a magic that stands askew", askew()],
    ["a magic in read-only data", inText()],
  ])("finds nothing in %s", (_, bytes) => expect(found(bytes, 5000)).toBeUndefined());

  it.each([
    ["a PE", "hello-windows", 1705472],
    ["a Mach-O", "hello-darwin", 1671168],
    ["a fat Mach-O", "hello-fat", 1748992],
  ])("finds what the go tool finds in %s program", (_, name, offset) => {
    const bytes = gunzipSync(readFileSync(new URL(`testdata/go/${name}.gz`, import.meta.url)));
    expect(analyzeFile(go, "app/x.exe", bytes, { pieces: 65536 })).toEqual({
      packages: [
        { type: "golang", name: "stdlib", version: "1.26.8", offset },
        { type: "golang", namespace: "example.com", name: "hello", version: "(devel)", offset },
        { type: "golang", namespace: "golang.org/x", name: "text", version: "v0.14.0", offset },
      ],
    });
  });

  it("says that a blob is cut short", () => {
    const bytes = goBinary(app);
    expect(() => found(bytes.subarray(0, 8300))).toThrow("Go build information at byte 8192 is cut short");
  });

  it("says that a blob is of an old Go", () => {
    const bytes = goBinary(app);
    bytes[8192 + 15] = 0;
    expect(() => found(bytes)).toThrow("is of a Go before 1.18");
  });

  it("does not want files that can't be run", () => {
    expect(analyzeFile(go, "app/x", goBinary(app), { mode: 0o644 })).toBeUndefined();
  });

  it("survives any damage with its own error", () => {
    const bytes = goBinary(app);
    fc.assert(
      fc.property(
        fc.nat(9500),
        fc.nat(255),
        fc.integer({ min: 1, max: 9000 }),
        fc.nat(bytes.length),
        (at, value, pieces, length) => {
          const damaged = Buffer.from(bytes.subarray(0, length));
          if (at < length) damaged[at] = value;
          try {
            found(damaged, pieces);
          } catch (error) {
            expect(error).toBeInstanceOf(StellaError);
          }
        },
      ),
    );
  });

  const folder = mkdtempSync(join(tmpdir(), "go-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const hasGo = spawnSync("go", ["version"]).status === 0;
  it.skipIf(!hasGo)("finds what the go tool finds in a binary that it built", { timeout: 120_000 }, () => {
    writeFileSync(join(folder, "go.mod"), "module example.com/hello\n");
    writeFileSync(join(folder, "main.go"), "package main\nfunc main() {}\n");
    const env = { ...process.env, GOFLAGS: "-mod=mod", GOPROXY: "off", GOTOOLCHAIN: "local" };
    expect(
      spawnSync("go", ["build", "-ldflags=-s -w", "-o", "hello", "."], { cwd: folder, env }).status,
    ).toBe(0);
    const version = spawnSync("go", ["version", "hello"], { cwd: folder, env }).stdout.toString();
    const stdlib = /: go(\S+)/.exec(version)?.[1] ?? "";
    expect(found(readFileSync(join(folder, "hello")), 65536)).toEqual([
      `stdlib@${stdlib}`,
      "example.com/hello@(devel)",
    ]);
  });
});

function askew(): Buffer {
  return goBinary({ ...app, dataBytes: 8 });
}

/** The blob inside the text segment, as a program that knows the magic has it. */
function inText(): Buffer {
  const bytes = goBinary(app);
  const blob = bytes.subarray(8192);
  return Buffer.concat([bytes.subarray(0, 4096), blob, Buffer.alloc(8192)]);
}
