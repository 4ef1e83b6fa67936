// SPDX-License-Identifier: Apache-2.0
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linuxAmd64 } from "../testing/images.ts";
import { scanFolder } from "./scan-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "stella-folder-"));
afterAll(() => rmSync(folder, { recursive: true }));
const root = join(folder, "root");

function put(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

beforeAll(() => {
  put("usr/lib/os-release", "ID=alpine\nVERSION_ID=3.20\n");
  mkdirSync(join(root, "etc"));
  symlinkSync("../usr/lib/os-release", join(root, "etc/os-release"));
  put("lib/apk/db/installed", "P:musl\nV:1.2.5-r0\nA:x86_64\n");
  put("app/node_modules/a/package.json", '{"name":"a","version":"1.0.0"}');
  put("secret/node_modules/b/package.json", '{"name":"b","version":"1.0.0"}');
  symlinkSync(folder, join(root, "outside"));
});

describe("scanFolder", () => {
  it("reads a root filesystem, and follows no link out of it", () => {
    const { sbom } = scanFolder(root, { platform: linuxAmd64 });
    expect(sbom.components.map(({ purl }) => purl)).toEqual([
      "pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20",
      "pkg:npm/a@1.0.0",
      "pkg:npm/b@1.0.0",
    ]);
  });

  it("gives the same tree the same bytes wherever it stands", () => {
    const copy = join(folder, "copy");
    cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
    const [one, two] = [root, copy].map((path) => scanFolder(path, { platform: linuxAmd64 }));
    expect(two?.sbom).toEqual(one?.sbom);
    chmodSync(join(copy, "app/node_modules/a/package.json"), 0o755);
    const changed = scanFolder(copy, { platform: linuxAmd64 });
    expect(changed.sbom.imageDigest).not.toBe(one?.sbom.imageDigest);
  });

  it.each([
    ["none", "FOLDER_MISSING"],
    ["root/etc/os-release", "FOLDER_UNREADABLE"],
  ])("says that %s can't be read as a folder", (path, code) => {
    const scan = (): unknown => scanFolder(join(folder, path), { platform: linuxAmd64 });
    expect(scan).toThrow(expect.objectContaining({ code }));
  });
});
