// SPDX-License-Identifier: Apache-2.0
/** From an image's files and config to the components that its entry program uses, through the real analyzers. */
import { describe, expect, it } from "vitest";
import type { ImageConfig } from "#lib/oci/types.ts";
import type { TarFile } from "#lib/tar/testing/write-tar.ts";
import { elfFile } from "#lib/elf/testing/elf-file.ts";
import { writeZip } from "#lib/zip/testing/write-zip.ts";
import { composeSbom } from "../compose-sbom.ts";
import { linuxAmd64, memoryImage, memoryLayer, readLayer } from "../testing/images.ts";
import type { Sbom } from "../types.ts";

async function sbomOf(files: readonly TarFile[], config: Partial<ImageConfig>): Promise<Sbom> {
  const layer = memoryLayer(files);
  const image = await memoryImage([layer]).resolve(linuxAmd64);
  const { fragment } = await readLayer(layer);
  return composeSbom({ ...image, config: { ...image.config, ...config } }, [fragment]);
}

/** `name: reason` of the components used. */
const used = ({ components }: Sbom): string[] =>
  components.flatMap(({ name, usedByEntrypoint }) =>
    usedByEntrypoint === undefined ? [] : [`${name}: ${usedByEntrypoint}`],
  );

const json = (value: unknown): string => JSON.stringify(value);
const npm = (path: string, more: object = {}): TarFile => ({
  path: `${path}/package.json`,
  content: json({ name: path.slice(path.lastIndexOf("node_modules/") + 13), version: "1.0.0", ...more }),
});
/** A static executable that nothing owns. */
const program = (path: string): TarFile => ({
  path,
  mode: 0o755,
  content: elfFile({ type: 2, parts: [{ type: 1, offset: 0, bytes: 4096 }], size: 4096 }),
});
const dist = (name: string, requires: readonly string[], record: string): TarFile[] => {
  const folder = `usr/lib/python3/site-packages/${name}-1.0.dist-info`;
  const needs = requires.map((each) => `Requires-Dist: ${each}\n`).join("");
  return [
    { path: `${folder}/METADATA`, content: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n${needs}` },
    { path: `${folder}/RECORD`, content: record },
  ];
};

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

  it("nothing where the entry point leads nowhere, and it says why", async () => {
    const sbom = await sbomOf([npm("app/node_modules/a")], { entrypoint: ["/missing"] });
    expect(used(sbom)).toEqual([]);
    expect(sbom.entryTrace?.unresolved?.code).toBe("PROGRAM_NOT_FOUND");
  });
});
