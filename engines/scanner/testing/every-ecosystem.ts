// SPDX-License-Identifier: Apache-2.0
/** One layer in which each analyzer finds something. */
import type { TarFile } from "#lib/tar/testing/write-tar.ts";
import { goBinary } from "./go-binary.ts";

const json = (value: unknown): string => JSON.stringify(value);

export const everyEcosystem: readonly TarFile[] = [
  { path: "usr/", type: "5", mode: 0o755 },
  { path: "lib", type: "2", linkPath: "usr/lib" },
  { path: "usr/lib/os-release", content: 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n' },
  { path: "etc/os-release", type: "2", linkPath: "../usr/lib/os-release" },
  {
    path: "var/lib/dpkg/status",
    content:
      "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9+deb12u4\n\n" +
      "Package: python3-six\nStatus: install ok installed\nArchitecture: all\nSource: six\nVersion: 1.16.0-4\n",
  },
  {
    path: "var/lib/dpkg/info/python3-six.list",
    content:
      "/.\n/lib\n/lib/python3\n/lib/python3/dist-packages\n/lib/python3/dist-packages/six-1.16.0.egg-info\n",
  },
  {
    path: "usr/share/doc/libc6/copyright",
    content:
      "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: LGPL-2.1+\n",
  },
  { path: "lib/apk/db/installed", content: "P:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\n" },
  {
    path: "usr/lib/python3/dist-packages/six-1.16.0.egg-info",
    content: "Name: six\nVersion: 1.16.0\nLicense: MIT\n",
  },
  {
    path: "app/node_modules/@x/y/package.json",
    content: json({ name: "@x/y", version: "1.0.0", license: "MIT OR ISC" }),
  },
  {
    path: "usr/local/bin/tool",
    mode: 0o755,
    content: goBinary({ goVersion: "go1.22.1", modules: "mod\texample.com/tool\tv1.2.3\th1:x=\n" }),
  },
];
