// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyzeFile } from "../testing/images.ts";
import { script } from "./script.ts";

const executable = { mode: 0o755 };

describe("entry/script", () => {
  it.each([
    ["usr/bin/x", "#!/bin/sh -e\necho\n", { interpreter: ["/bin/sh", "-e"], text: "#!/bin/sh -e\necho\n" }],
    [
      "usr/bin/x",
      "#! /usr/bin/env python3\n",
      { interpreter: ["/usr/bin/env", "python3"], text: "#! /usr/bin/env python3\n" },
    ],
    [
      "usr/bin/x",
      "#!/usr/bin/env -S node --x\n",
      { interpreter: ["/usr/bin/env", "-S", "node", "--x"], text: "#!/usr/bin/env -S node --x\n" },
    ],
    [
      "usr/bin/x",
      "#!/bin/busybox sh\r\n",
      { interpreter: ["/bin/busybox", "sh"], text: "#!/bin/busybox sh\r\n" },
    ],
    ["usr/bin/x", "#!/usr/bin/perl -w\nprint\n", { interpreter: ["/usr/bin/perl", "-w"] }],
    ["opt/x.sh", "exec app\n", { interpreter: [], text: "exec app\n" }],
    ["usr/bin/x", `#!/bin/sh\n${"#".repeat(70_000)}`, { interpreter: ["/bin/sh"] }],
  ])("reads an executable %s", (path, text, want) => {
    expect(analyzeFile(script, path, text, executable)).toEqual({ script: want });
    expect(analyzeFile(script, path, text, { ...executable, pieces: 1 })).toEqual({ script: want });
  });

  it.each([
    ["docker-entrypoint.d/10-x.sh"],
    ["docker-entrypoint"],
    ["opt/start.bash"],
    ["app/prod.env"],
    ["docker-entrypoint.d/15-x.envsh"],
    ["etc/default/app"],
    ["etc/profile"],
    ["etc/profile.d/x"],
    ["etc/apache2/envvars"],
    ["opt/bitnami/scripts/liblog"],
  ])("reads %s without a right to execute", (path) => {
    expect(analyzeFile(script, path, "A=1\n")).toEqual({ script: { interpreter: [], text: "A=1\n" } });
  });

  it.each([
    ["a program", "usr/bin/x", "\x7fELF\0", 0o755],
    ["a text that nothing can start", "usr/bin/x", "echo\n", 0o755],
    ["an empty file", "x.sh", "", 0o755],
    ["no text", "x.sh", "#!/bin/sh\n\0", 0o755],
    ["a long text without a #! line", "x.sh", "#".repeat(70_000), 0o755],
    ["a maintainer script", "var/lib/dpkg/info/x.postinst", "#!/bin/sh\n", 0o755],
    ["a file of data", "etc/passwd", "root\n", 0o644],
    ["a script that nothing can start", "usr/bin/x", "#!/bin/sh\n", 0o644],
    ["a folder of another name", "x-docker-entrypoint", "x", 0o644],
    ["statements for a database", "docker-entrypoint-initdb.d/x.sql", "x", 0o644],
  ])("finds nothing in %s", (_, path, text, mode) => {
    expect(analyzeFile(script, path, text, { mode })).toBeUndefined();
  });

  it("stops at once at a program", () => {
    const stream = script.open({ path: "usr/bin/x", size: 9, mode: 0o755 });
    expect(stream.data(Buffer.from("\x7fELF"))).toBe(false);
  });

  it("gives the same fact for what stands behind the part that is read, however it comes in", () => {
    const text = `#!/bin/sh\n${"#".repeat(70_000)}\0`;
    for (const pieces of [1000, 65_536, Infinity])
      expect(analyzeFile(script, "usr/bin/x", text, { ...executable, pieces })).toEqual({
        script: { interpreter: ["/bin/sh"] },
      });
  });

  it("gives the same fact however the content comes in", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 9 }), fc.boolean(), (text, pieces, isMarked) => {
        const content = (isMarked ? "#!" : "") + text;
        const whole = analyzeFile(script, "a/x.sh", content, executable);
        expect(analyzeFile(script, "a/x.sh", content, { ...executable, pieces })).toEqual(whole);
      }),
    );
  });
});
