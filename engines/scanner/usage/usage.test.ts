// SPDX-License-Identifier: Apache-2.0
/** From an image's files and config to the components that its entry program uses, through the real analyzers. */
import { describe, expect, it } from "vitest";
import type { TarFile } from "#lib/tar/testing/write-tar.ts";
import { dynamicSection, elfFile } from "#lib/elf/testing/elf-file.ts";
import { writeZip } from "#lib/zip/testing/write-zip.ts";
import { dist, json, npm, program, sbomOf, used } from "./testing/composed.ts";

/** An object that needs others; the path makes its content its own. */
function object(
  path: string,
  needed: readonly string[],
  { interpreter, rpath }: { interpreter?: string; rpath?: string } = {},
): TarFile {
  const DT = { needed: 1, strtab: 5, strsz: 10, rpath: 15 };
  const [stringsAt, dynamicAt, interpreterAt] = [1024, 2048, 3072];
  let strings = "\0";
  const text = (value: string): number => {
    strings += `${value}\0`;
    return Buffer.byteLength(strings) - Buffer.byteLength(value) - 1;
  };
  const names = [
    ...needed.map((name) => [DT.needed, text(name)] as const),
    ...(rpath === undefined ? [] : [[DT.rpath, text(rpath)] as const]),
  ];
  text(path);
  const dynamic = dynamicSection([...names, [DT.strtab, stringsAt], [DT.strsz, strings.length]]);
  const parts = [
    { type: 1, offset: 0, bytes: 4096 },
    { type: 1, offset: stringsAt, bytes: Buffer.from(strings) },
    { type: 2, offset: dynamicAt, bytes: dynamic },
    ...(interpreter === undefined
      ? []
      : [{ type: 3, offset: interpreterAt, bytes: Buffer.from(`${interpreter}\0`) }]),
  ];
  return { path, mode: 0o755, content: elfFile({ type: 3, parts, size: 4096 }) };
}

describe("used by the entry point", () => {
  it("node: the dependencies of the nearest package.json, and theirs", async () => {
    const files = [
      program("usr/bin/node"),
      { path: "app/package.json", content: json({ name: "app", dependencies: { a: "1", "@s/b": "1" } }) },
      { path: "app/server.js", content: "" },
      npm("app/node_modules/a", { dependencies: { c: "1" } }),
      npm("app/node_modules/@s/b"),
      npm("app/node_modules/c"),
      npm("app/node_modules/a/node_modules/c"),
      npm("app/node_modules/unused"),
    ];
    const sbom = await sbomOf(files, { entrypoint: ["node", "server.js"], workingDir: "/app" });
    expect(used(sbom)).toEqual([
      "node: the entry point runs /usr/bin/node",
      "b: dependency of /app/package.json",
      "a: dependency of /app/package.json",
      "c: required by a 1.0.0",
    ]);
    expect(sbom.components.find(({ name }) => name === "a")?.dependsOn).toEqual([
      "pkg:npm/c@1.0.0#app/node_modules/a/node_modules/c/package.json",
    ]);
  });

  it("python: what the program's own modules import, and what that requires", async () => {
    const files = [
      program("usr/bin/python3"),
      { path: "app/main.py", content: "import helper\nfrom flask import Flask\n" },
      { path: "app/helper.py", content: "import yaml\n" },
      { path: "app/other.py", content: "import unused\n" },
      ...dist("Flask", ["Werkzeug>=3", "dotenv; extra == 'x'"], "flask/__init__.py,,\n"),
      ...dist("Werkzeug", [], "werkzeug/__init__.py,,\n"),
      ...dist("PyYAML", [], "yaml/__init__.py,,\n_yaml.cpython-311-x86_64-linux-gnu.so,,\n"),
      ...dist("unused", [], "unused.py,,\n"),
      ...dist("dotenv", [], "dotenv.py,,\n"),
    ];
    const sbom = await sbomOf(files, { entrypoint: ["python3", "main.py"], workingDir: "/app" });
    expect(used(sbom)).toEqual([
      "python3: the entry point runs /usr/bin/python3",
      "flask: imported by /app/main.py",
      "pyyaml: imported by /app/helper.py",
      "werkzeug: required by flask 1.0",
    ]);
  });

  it("java: all that is in the started archive, and nothing of another", async () => {
    const jar = (name: string, nested: Buffer | undefined): Buffer =>
      writeZip([
        {
          name: `META-INF/maven/org.x/${name}/pom.properties`,
          content: `groupId=org.x\nartifactId=${name}\nversion=1.0\n`,
        },
        ...(nested ? [{ name: "BOOT-INF/lib/inner-1.0.jar", content: nested }] : []),
      ]);
    const files = [
      program("usr/bin/java"),
      { path: "app/app.jar", content: jar("app", jar("inner", undefined)) },
      { path: "opt/agent.jar", content: jar("agent", undefined) },
    ];
    const sbom = await sbomOf(files, { entrypoint: ["java", "-jar", "/app/app.jar"] });
    expect(used(sbom)).toEqual([
      "java: the entry point runs /usr/bin/java",
      "app: the entry point runs /app/app.jar",
      "inner: the entry point runs /app/app.jar",
    ]);
  });

  it("shell: what an entry script leads through, by file and line", async () => {
    const files = [
      program("usr/bin/dash"),
      { path: "bin", type: "2" as const, linkPath: "usr/bin" },
      { path: "usr/bin/sh", type: "2" as const, linkPath: "dash" },
      { path: "entry.sh", mode: 0o755, content: '#!/bin/sh\nset -e\nexec /srv/server "$@"\n' },
      program("srv/server"),
    ];
    const sbom = await sbomOf(files, { entrypoint: ["/entry.sh"], cmd: ["--port", "80"] });
    const { terminal, steps } = sbom.entryTrace ?? { steps: [] };
    expect(terminal).toMatchObject({ path: "srv/server", argv: ["/srv/server", "--port", "80"] });
    expect(steps.find(({ kind }) => kind === "exec")).toMatchObject({ path: "entry.sh", line: 3 });
    expect(sbom.components.find(({ evidence }) => evidence[0]?.path === "srv/server")?.usedByEntrypoint).toBe(
      "the entry point runs /srv/server",
    );
  });

  it("native modules with the program's libraries, what is preloaded, and what is not there", async () => {
    const files = [
      object("usr/bin/node", [], { interpreter: "/lib64/ld-linux-x86-64.so.2", rpath: "/opt/lib" }),
      object("lib64/ld-linux-x86-64.so.2", []),
      object("opt/lib/libq.so", []),
      object("opt/pre.so", []),
      { path: "etc/ld.so.preload", content: "/opt/pre.so\n" },
      { path: "app/package.json", content: json({ name: "app", dependencies: { a: "1" } }) },
      { path: "app/server.js", content: "" },
      npm("app/node_modules/a"),
      object("app/node_modules/a/build/a.node", ["libq.so", "libgone.so"]),
      object("app/node_modules/a/bin/tool", ["libtool.so"], {
        interpreter: "/lib64/ld-linux-x86-64.so.2",
      }),
      object("app/node_modules/a/bin/tool-musl", ["libmusltool.so"], {
        interpreter: "/lib/ld-musl-x86_64.so.1",
      }),
      object("usr/lib/libtool.so", []),
    ];
    const sbom = await sbomOf(files, { entrypoint: ["node", "server.js"], workingDir: "/app" });
    expect(used(sbom)).toEqual([
      "ld-linux-x86-64.so.2: /usr/bin/node links to /lib64/ld-linux-x86-64.so.2",
      "libq.so: /app/node_modules/a/build/a.node links to /opt/lib/libq.so",
      "libtool.so: /app/node_modules/a/bin/tool links to /usr/lib/libtool.so",
      "node: the entry point runs /usr/bin/node",
      "pre.so: /etc/ld.so.preload has it loaded into /usr/bin/node: /opt/pre.so",
      "a: dependency of /app/package.json",
    ]);
    expect(sbom.usageGaps).toEqual([
      {
        code: "USAGE_LIBRARY_MISSING",
        message: "/app/node_modules/a/build/a.node needs libgone.so, which is not there",
      },
    ]);
  });

  it("what the runtime's own native modules need, as far as it is there", async () => {
    const loader = { interpreter: "/lib64/ld-linux-x86-64.so.2" };
    const files = [
      object("usr/bin/python3.12", [], loader),
      object("lib64/ld-linux-x86-64.so.2", []),
      object("usr/lib/python3.12/lib-dynload/_ssl.so", ["libssl.so.3"]),
      object("usr/lib/python3.12/lib-dynload/_tkinter.so", ["libtk8.6.so"]),
      object("usr/lib/libssl.so.3", []),
      object("usr/lib/libother.so", []),
      { path: "app/main.py", content: "" },
    ];
    const sbom = await sbomOf(files, { entrypoint: ["python3.12", "/app/main.py"] });
    expect(used(sbom)).toEqual([
      "_ssl.so: native module of the runtime: /usr/lib/python3.12/lib-dynload/_ssl.so",
      "_tkinter.so: native module of the runtime: /usr/lib/python3.12/lib-dynload/_tkinter.so",
      "ld-linux-x86-64.so.2: /usr/bin/python3.12 links to /lib64/ld-linux-x86-64.so.2",
      "libssl.so.3: /usr/lib/python3.12/lib-dynload/_ssl.so links to /usr/lib/libssl.so.3",
      "python3.12: the entry point runs /usr/bin/python3.12",
    ]);
    expect(sbom.usageGaps).toBeUndefined();
  });

  it("not known of more modules than are followed", async () => {
    const names = Array.from({ length: 20_001 }, (_, i) => `m${i}`);
    const files = [
      program("usr/bin/python3"),
      { path: "app/main.py", content: "from pkg import *\n" },
      ...names.map((name) => ({ path: `app/pkg/${name}.py`, content: "import os\n" })),
    ];
    const sbom = await sbomOf(files, { entrypoint: ["python3", "/app/main.py"] });
    expect(sbom.usageGaps?.map(({ code }) => code)).toEqual(["USAGE_CUT", "USAGE_FILES_UNREAD"]);
    expect(sbom.omissions.map(({ code }) => code)).toEqual(["LIMIT_USAGE"]);
  });

  it("nothing where the entry point leads nowhere, and it says why", async () => {
    const sbom = await sbomOf([npm("app/node_modules/a")], { entrypoint: ["/missing"] });
    expect(used(sbom)).toEqual([]);
    expect(sbom.entryTrace?.unresolved?.code).toBe("PROGRAM_NOT_FOUND");
  });
});
