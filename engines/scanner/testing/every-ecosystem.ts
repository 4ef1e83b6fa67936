// SPDX-License-Identifier: Apache-2.0
/** One layer in which each analyzer finds something. */
import { readFileSync } from "node:fs";
import { elfFile } from "#lib/elf/testing/elf-file.ts";
import type { TarFile } from "#lib/tar/testing/write-tar.ts";
import { writeZip } from "#lib/zip/testing/write-zip.ts";
import { goBinary } from "./go-binary.ts";

/** Static, and claimed by no package. */
const lonelyBinary = elfFile({ type: 2, parts: [{ type: 1, offset: 0, bytes: 4096 }], size: 4096 });

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
  {
    path: "var/lib/rpmmanifest/container-manifest-2",
    content:
      "zlib\t1.2.13-2.azl3\t0\t0\tMicrosoft Corporation\t(none)\t0\tx86_64\t0\tzlib-1.2.13-2.azl3.src.rpm\n",
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
    path: "app/lib/y-1.0.jar",
    content: writeZip([
      {
        name: "META-INF/maven/org.x/y/pom.properties",
        content: "groupId=org.x\nartifactId=y\nversion=1.0\n",
      },
    ]),
  },
  {
    path: "app/App.deps.json",
    content: json({
      runtimeTarget: { name: "t" },
      targets: { t: { "Newtonsoft.Json/13.0.3": { runtime: { "lib/net6.0/Newtonsoft.Json.dll": {} } } } },
      libraries: { "Newtonsoft.Json/13.0.3": { type: "package" } },
    }),
  },
  { path: "app/Newtonsoft.Json.dll", content: "MZ" },
  {
    path: "usr/lib/ruby/gems/3.1.0/specifications/nokogiri-1.16.7-x86_64-linux.gemspec",
    content: "# stub: nokogiri 1.16.7 x86_64-linux lib\n",
  },
  {
    path: "var/www/vendor/composer/installed.json",
    content: json({ packages: [{ name: "monolog/monolog", version: "3.5.0", license: ["MIT"] }] }),
  },
  {
    path: "Files/Windows/Microsoft.NET/assembly/GAC_MSIL/System.Web/v4.0_4.0.0.0__b03f5f7f11d50a3a/System.Web.dll",
    content: "MZ",
  },
  {
    path: "usr/local/bin/tool",
    mode: 0o755,
    content: goBinary({ goVersion: "go1.22.1", modules: "mod\texample.com/tool\tv1.2.3\th1:x=\n" }),
  },
  {
    path: "opt/lib/libtiny_audited.so",
    mode: 0o755,
    content: readFileSync(new URL("../analyzers/testdata/rust/libtiny_audited.so", import.meta.url)),
  },
  { path: "opt/bin/unowned", mode: 0o755, content: lonelyBinary },
  { path: "etc/ld.so.conf", content: "include /etc/ld.so.conf.d/*.conf\n" },
  {
    path: "srv/app/package.json",
    content: json({ name: "app", main: "a.js", dependencies: { "@x/y": "1" } }),
  },
  { path: "srv/app/main.py", content: "import flask\n" },
  { path: "srv/app/start.sh", mode: 0o755, content: '#!/bin/sh\nexec /usr/local/bin/tool "$@"\n' },
  { path: "opt/conda/conda-meta/a-1-0.json", content: json({ name: "a", version: "1", subdir: "linux-64" }) },
  { path: "usr/local/go/VERSION", content: "go1.22.1\n" },
];
