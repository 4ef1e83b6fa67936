// SPDX-License-Identifier: Apache-2.0
/** An SBOM in which each field that a document format can show is set somewhere, and texts that need care. */
import { digestOf, type DiffId, type ImageDigest, type LayerDigest } from "#lib/digest.ts";
import type { Component, Sbom } from "../../types.ts";

export const diffIds = ["bottom", "middle", "top"].map((text) => digestOf<DiffId>(text));

const layer = (index: number): Component["layer"] => ({
  index,
  diffId: diffIds[index] ?? digestOf<DiffId>(""),
  digest: digestOf<LayerDigest>(`blob ${index}`),
});

const LIBC = "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc";

const components: readonly Component[] = [
  {
    bomRef: LIBC,
    purl: LIBC,
    type: "deb",
    namespace: "debian",
    name: "libc6",
    version: "2.36-9",
    architecture: "amd64",
    licenses: ["LGPL-2.1-or-later", "GPL-2.0-only WITH Linux-syscall-note", "Carnegie, see the text"],
    sourcePackage: { name: "glibc", version: "2.36-9" },
    evidence: [{ path: "var/lib/dpkg/status", line: 12 }],
    layer: layer(0),
    supplier: "GNU Libc Maintainers <debian-glibc@lists.debian.org>",
    provides: ["libc6-i686", "libc6:any"],
    dependsOn: [],
    usedByEntrypoint: "DT_NEEDED libc.so.6 of /app/tool",
  },
  {
    bomRef: "pkg:generic/tool?checksum=sha256:00",
    purl: "pkg:generic/tool?checksum=sha256:00",
    type: "generic",
    name: "tool",
    version: "",
    licenses: [],
    evidence: [{ path: "app/tool", offset: 0 }],
    layer: layer(2),
    sha256: "5e".repeat(32),
    dependsOn: [LIBC],
    usedByEntrypoint: "ENTRYPOINT",
  },
  {
    bomRef: "pkg:generic/Setup@1.0.0.0",
    purl: "pkg:generic/Setup@1.0.0.0",
    type: "generic",
    name: "Setup",
    version: "1.0.0.0",
    licenses: ["LicenseRef-EULA"],
    evidence: [{ path: "app/Setup.exe" }],
    layer: layer(2),
    supplier: "Example, Inc. (Germany)",
  },
  {
    bomRef: "pkg:maven/org.example/a@1#app/a.jar",
    purl: "pkg:maven/org.example/a@1",
    type: "maven",
    namespace: "org.example",
    name: "a",
    version: "1",
    licenses: ["Apache-2.0 OR MIT"],
    evidence: [
      { path: "app/a.jar", inner: "BOOT-INF/lib/b.jar!/META-INF/MANIFEST.MF", line: 3 },
      { path: "app/a.jar", offset: 5_000_000_000 },
    ],
    layer: layer(1),
    sha256: "a1".repeat(32),
    dependsOn: ["pkg:maven/org.example/a@1#app/b.jar"],
  },
  {
    bomRef: "pkg:maven/org.example/a@1#app/b.jar",
    purl: "pkg:maven/org.example/a@1",
    type: "maven",
    namespace: "org.example",
    name: "a",
    version: "1",
    licenses: ["Apache-2.0 OR MIT", "ISC"],
    evidence: [{ path: "app/b.jar" }],
    layer: layer(2),
    basis: "file-name",
    dependsOn: ["pkg:maven/org.example/a@1#app/a.jar"],
  },
  {
    bomRef: "pkg:npm/%40x/y@1.0.0",
    purl: "pkg:npm/%40x/y@1.0.0",
    type: "npm",
    namespace: "@x",
    name: "y",
    version: "1.0.0",
    licenses: ["MIT"],
    evidence: [{ path: "app/node_modules/@x/y/package.json" }],
    layer: layer(1),
    supplier: "Zoë \u{1F600}\n<zoe@example.com>",
    usedByEntrypoint: "required by /app/main.js",
  },
  {
    bomRef: "pkg:nuget/Microsoft.NETCore.App@8.0.1",
    purl: "pkg:nuget/Microsoft.NETCore.App@8.0.1",
    type: "nuget",
    name: "Microsoft.NETCore.App",
    version: "8.0.1",
    licenses: ["MIT"],
    evidence: [
      { path: "usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json" },
    ],
    layer: layer(0),
  },
  {
    bomRef: "pkg:pypi/six@1.16.0",
    purl: "pkg:pypi/six@1.16.0",
    type: "pypi",
    name: "six",
    version: "1.16.0",
    licenses: ["MIT", "Python Software Foundation"],
    evidence: [{ path: "usr/lib/python3/dist-packages/six-1.16.0.egg-info", line: 1 }],
    layer: layer(0),
    ownedBy: "pkg:deb/debian/python3-six@1.16.0-4?arch=all&distro=debian-12&upstream=six",
    supplier: "  ",
  },
];

export const richSbom: Sbom = {
  imageDigest: digestOf<ImageDigest>("image"),
  platform: { os: "linux", architecture: "arm", variant: "v7" },
  distro: { id: "debian", versionId: "12", codename: "bookworm", prettyName: "Debian GNU/Linux 12" },
  layers: diffIds.map((diffId, index) => ({ diffId, digest: layer(index).digest, size: 100 + index })),
  components,
  base: { name: "docker.io/library/debian:12", digest: digestOf<ImageDigest>("base"), layers: 1 },
  entryTrace: {
    steps: [{ kind: "image-config", argv: ["/app/tool", "serve"] }],
    terminal: {
      kind: "native",
      path: "app/tool",
      argv: ["/app/tool", "serve"],
      workingDir: "/",
      user: "",
      env: {},
    },
  },
  omissions: [
    {
      code: "ANALYZER_INPUT_INVALID",
      message: "app/x: not JSON",
      path: "app/x",
      analyzer: "lang/node",
      ...(diffIds[1] === undefined ? {} : { diffId: diffIds[1] }),
    },
  ],
  analyzers: { "lang/node": 2, "os/dpkg": 1 },
};

/** The same with its components in another order. */
export const shuffledSbom: Sbom = { ...richSbom, components: [...components].reverse() };
