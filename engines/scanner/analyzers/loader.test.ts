// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyzeFile } from "../testing/images.ts";
import { loader } from "./loader.ts";

const folder = "etc/ld.so.conf.d";

describe("entry/loader", () => {
  it.each([
    [
      "Debian's main file",
      "etc/ld.so.conf",
      "include /etc/ld.so.conf.d/*.conf\n\n",
      ["include /etc/ld.so.conf.d/*.conf"],
    ],
    [
      "Debian's folders",
      `${folder}/x86_64-linux-gnu.conf`,
      "# Multiarch support\n/usr/local/lib/x86_64-linux-gnu\n/lib/x86_64-linux-gnu\n/usr/lib/x86_64-linux-gnu\n",
      ["/usr/local/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"],
    ],
    [
      "comments, blanks and other lines",
      `${folder}/x.conf`,
      "  /opt/a/lib  # ours\r\n\t\nhwcap 1 nosegneg\ninclude conf.d/*.conf\nlib64\n",
      ["/opt/a/lib", "include conf.d/*.conf", "lib64"],
    ],
    [
      "objects loaded into every program",
      "etc/ld.so.preload",
      "# ours: /opt/no.so\n/opt/a.so libb.so:/opt/$LIB/c.so\n\n",
      ["/opt/a.so", "libb.so", "/opt/$LIB/c.so"],
    ],
    [
      "musl's folders",
      "etc/ld-musl-x86_64.path",
      "/lib:/usr/local/lib\n/usr/lib\n",
      ["/lib", "/usr/local/lib", "/usr/lib"],
    ],
  ])("reads %s", (_, path, text, want) => expect(analyzeFile(loader, path, text)).toEqual({ loader: want }));

  it.each([
    ["another file", "etc/ldap.conf", "/opt\n"],
    ["another ending", `${folder}/x.conf.bak`, "/opt\n"],
    ["a deeper folder", `${folder}/x/y.conf`, "/opt\n"],
    ["another root", "opt/etc/ld.so.conf", "/opt\n"],
  ])("does not want %s", (_, path, text) => expect(analyzeFile(loader, path, text)).toBeUndefined());

  it("states nothing of an empty file", () =>
    expect(analyzeFile(loader, "etc/ld.so.conf", "# \n")).toEqual({}));

  it("says what it leaves out", () =>
    expect(analyzeFile(loader, "etc/ld.so.conf", `/${"x".repeat(5000)}\n/opt\n`)).toEqual({
      loader: ["/opt"],
      problems: ["1 lines are left out: too long, or too many"],
    }));

  it("reads any text", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("etc/ld.so.conf", "etc/ld-musl-arm.path"), (text, path) => {
        expect(analyzeFile(loader, path, text)?.problems).toBeUndefined();
      }),
    );
  });
});
