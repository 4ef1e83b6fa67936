// SPDX-License-Identifier: Apache-2.0
/** The tests' own real files, under the paths at which images hold such files. */
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { everyEcosystem } from "#engines/scanner/testing/every-ecosystem.ts";
import { TarReader } from "#lib/tar/index.ts";

export const root = join(import.meta.dirname, "..", "..");

export interface ImageFile {
  readonly path: string;
  readonly mode: number;
  readonly bytes: Buffer;
}

/** Real files with `.gz` taken off. */
function testdata(folder: string): { readonly name: string; readonly bytes: Buffer }[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "README.md")
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => {
      const bytes = readFileSync(path);
      const name = path.slice(root.length + 1);
      return name.endsWith(".gz") && !name.endsWith(".tar.gz")
        ? { name: name.slice(0, -3), bytes: gunzipSync(bytes) }
        : { name, bytes };
    });
}

const SYSTEM_ROOT = "Files/Windows";
const ASSEMBLY = `${SYSTEM_ROOT}/Microsoft.NET/assembly/GAC_MSIL/System.Web/v4.0_4.0.0.0__b03f5f7f11d50a3a`;

/** Where an image would hold it; the first rule that fits. */
const PLACES: readonly (readonly [RegExp, (name: string) => readonly string[]])[] = [
  [/testdata\/apk\/installed$/, () => ["lib/apk/db/installed"]],
  [/testdata\/conda\//, (name) => [`opt/conda/conda-meta/${name}`]],
  [/testdata\/dotnet\//, (name) => [`app/${name}`]],
  [/testdata\/java\/.*\.release$/, () => ["opt/jdk/release"]],
  [/testdata\/java\//, (name) => [`app/${name}`]],
  [/testdata\/node\/is-odd\.zip$/, () => ["app/.yarn/cache/is-odd-npm-3.0.1-93c3c3f32b-10c0.zip"]],
  [/testdata\/php\/installed\.json$/, () => ["app/vendor/composer/installed.json"]],
  [/testdata\/rpm\//, (name) => [`var/lib/rpmmanifest/${name}`]],
  [/rpmdb\/testdata\/(?:libuuid\.)?Packages(?:\.\d+)?$/, () => ["var/lib/rpm/Packages"]],
  [/rpmdb\/testdata\/Packages\.db$/, () => ["var/lib/rpm/Packages.db"]],
  [/rpmdb\/testdata\/rpmdb\.sqlite$/, () => ["var/lib/rpm/rpmdb.sqlite"]],
  [/testdata\/ruby\/.*\.gemspec$/, (name) => [`usr/lib/ruby/gems/3.1.0/specifications/${name}`]],
  [/testdata\/runtime\/VERSION$/, () => ["usr/local/go/VERSION"]],
  [/testdata\/runtime\/node_version\.h$/, () => ["usr/local/include/node/node_version.h"]],
  [/testdata\/runtime\/patchlevel\.h$/, () => ["usr/local/include/python3.12/patchlevel.h"]],
  [/testdata\/runtime\/php_version\.h$/, () => ["usr/local/include/php/main/php_version.h"]],
  [/testdata\/runtime\/rbconfig\.rb$/, () => ["usr/local/lib/ruby/3.3.0/x86_64-linux/rbconfig.rb"]],
  [/testdata\/windows\/.*\.msi$/, (name) => [`${SYSTEM_ROOT}/Installer/${name}`]],
  [/lib\/(?:elf|pe|macho)\/testdata\/|testdata\/(?:go|rust)\//, (name) => [`usr/bin/${name}`]],
  [/lib\/zip\/testdata\//, (name) => [`app/lib/${name.replace(/\..*$/, ".jar")}`]],
  [/entrytrace\/testdata\//, (name) => [`usr/local/bin/${name}`]],
];

/** Texts of which no test needs a file. */
const TEXTS: Readonly<Record<string, string>> = {
  "var/lib/dpkg/status.d/base-files":
    "Package: base-files\nVersion: 12.4+deb12u5\nArchitecture: amd64\nMaintainer: A <a@example.com>\n" +
    "Depends: awk, libc6 (>= 2.36) | libc6-udeb, ${x}\nProvides: base (= 1), other\nDescription: x\n more\n .\n lines\n",
  "var/lib/dpkg/status.d/base-files.md5sums": "d41d8cd98f00b204e9800998ecf8427e  etc/debian_version\n",
  "usr/local/lib/python3.12/site-packages/a-1.dist-info/METADATA":
    "Metadata-Version: 2.1\nName: a\nVersion: 1\nLicense: A\n\tB\n        C\nClassifier: License :: OSI Approved :: MIT License\n" +
    "Requires-Dist: b[c] (>=1,<2) ; python_version < '3.8' and extra == \"x\"\nRequires-Dist: d\n" +
    'Author-email: "A, B" <a@example.com>, C <c@example.com>\n\nText\n',
  "usr/local/lib/python3.12/site-packages/a-1.dist-info/RECORD":
    'a/__init__.py,sha256=x,1\n"a/with,comma ""q"".py",,\n../../../bin/a,,\na-1.dist-info/RECORD,,\n',
  "usr/local/lib/python3.12/site-packages/b.egg-info/top_level.txt": "b\nc\n",
  "usr/local/lib/python3.12/site-packages/b.egg-info/installed-files.txt": "../b/__init__.py\nPKG-INFO\n",
  "usr/local/lib/python3.12/site-packages/a-1.dist-info/direct_url.json":
    '{"url":"file:///srv/a","dir_info":{"editable":true}}',
  "srv/app/long.py":
    '#!/usr/bin/env python\n"""text\nimport no"""\nimport a.b as c, d\nfrom . import (e, # f\n  g as h)\nfrom ..i import j\n' +
    "x = importlib.import_module('k.l')\nyield from m\nfrom __future__ import n; import o\\\n  .p\nr'\\' import q'\n",
  "etc/ld-musl-x86_64.path": "/lib:/usr/local/lib\n/usr/lib",
  "etc/ld.so.conf.d/a.conf": "# c\n/opt/lib /opt/lib64, hwcap 0 x\n",
  "srv/web/package.json":
    '{"name":"@a/b","bin":{"b":"b.js"},"scripts":{"start":"node ."},"dependencies":{"c":"npm:d@1"},"workspaces":["x/*"]}',
  [`${SYSTEM_ROOT}/WinSxS/Manifests/a.manifest`]:
    '<?xml version="1.0" encoding="UTF-8"?><assembly xmlns="urn:schemas-microsoft-com:asm.v3" manifestVersion="1.0">' +
    '<assemblyIdentity name="Microsoft-Windows-A" version="10.0.1.2" processorArchitecture="amd64" publicKeyToken="31bf3856ad364e35" versionScope="nonSxS"/></assembly>',
  [`${SYSTEM_ROOT}/servicing/Packages/a.mum`]:
    '<?xml version="1.0" encoding="utf-8"?><assembly xmlns="urn:schemas-microsoft-com:asm.v3"><assemblyIdentity name="Package_for_KB5034439" version="1.0.0.1" language="neutral" processorArchitecture="amd64"/><package identifier="KB5034439" releaseType="Update"/></assembly>',
  [`${ASSEMBLY}/System.Web.dll`]: "MZ",
  "app/exploded/META-INF/maven/g/a/pom.properties": "#x\ngroupId=g\nartifactId = a\\u0041\nversion: 1\n",
  "usr/share/doc/a/copyright":
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-2+ or MIT\n text\n\nLicense: Expat\n",
  "var/lib/rpm/rpmdb.sqlite-wal": "x",
};

/** All of them. */
export function imageFiles(): readonly ImageFile[] {
  const found: ImageFile[] = Object.entries(TEXTS).map(([path, text]) => ({
    path,
    mode: 0o644,
    bytes: Buffer.from(text),
  }));
  for (const { path, type = "0", mode = 0o644, content = "" } of everyEcosystem)
    if (type === "0") found.push({ path, mode, bytes: Buffer.from(content as string) });
  const folders = ["engines/scanner/analyzers/testdata", "engines/scanner/entrytrace/testdata"];
  for (const { name, bytes } of [
    ...folders,
    ...["elf", "pe", "macho", "rpmdb", "zip"].map((lib) => `lib/${lib}/testdata`),
  ].flatMap(testdata)) {
    if (name.endsWith(".tar.gz")) found.push(...entriesOf(gunzipSync(bytes)));
    const place = PLACES.find(([pattern]) => pattern.test(name))?.[1];
    for (const path of place?.(basename(name)) ?? [])
      found.push({ path, mode: /bin\//.test(path) ? 0o755 : 0o644, bytes });
  }
  return found;
}

/** Documents in a folder, for readers that know no path. */
export const documentsIn = testdata;

function entriesOf(tar: Buffer): ImageFile[] {
  const found: ImageFile[] = [];
  new TarReader(({ path, mode, type }) => {
    if (type !== "file") return undefined;
    const name = `app/${path.replace(/^\.\//, "")}`;
    const pieces: Buffer[] = [];
    return {
      data: (bytes) => pieces.push(Buffer.from(bytes)) > 0,
      end: () => void found.push({ path: name, mode, bytes: Buffer.concat(pieces) }),
    };
  }).push(tar);
  return found;
}
