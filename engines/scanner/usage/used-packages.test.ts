// SPDX-License-Identifier: Apache-2.0
/** Packages that are easily overlooked: named by manifests, variables, extras, links, and started on the way. */
import { describe, expect, it } from "vitest";
import type { TarFile } from "#lib/tar/testing/write-tar.ts";
import { writeZip } from "#lib/zip/testing/write-zip.ts";
import { dist, json, npm, program, sbomOf, used } from "./testing/composed.ts";

describe("used by the entry point too", () => {
  it("shell: its interpreter, what that links to, and what is run on the way", async () => {
    const files = [
      program("usr/bin/env"),
      program("usr/bin/bash"),
      program("usr/bin/curl"),
      program("usr/bin/python3"),
      {
        path: "entry.sh",
        mode: 0o755,
        content: "#!/usr/bin/env bash\n/srv/a --up\npython3 /m.py\nexec /srv/bb\n",
      },
      { path: "m.py", content: "import flask\n" },
      ...dist("Flask", [], "flask/__init__.py,,\n"),
      program("srv/a"),
      program("srv/bb"),
    ];
    expect(used(await sbomOf(files, { entrypoint: ["/entry.sh"] }))).toEqual([
      "a: the entry point runs /srv/a",
      "bash: the entry point leads through /usr/bin/bash",
      "bb: the entry point runs /srv/bb",
      "env: the entry point leads through /usr/bin/env",
      "python3: the entry point runs /usr/bin/python3",
      "flask: imported by /m.py",
    ]);
  });

  it("java: manifests' class paths, agents, unpacked applications", async () => {
    const jar = (name: string, classPath = ""): Buffer =>
      writeZip([
        {
          name: "META-INF/MANIFEST.MF",
          content: `Manifest-Version: 1.0\r\n${classPath === "" ? "" : `Class-Path: ${classPath}\r\n`}\r\n`,
        },
        {
          name: `META-INF/maven/org.x/${name}/pom.properties`,
          content: `groupId=org.x\nartifactId=${name}\nversion=1.0\n`,
        },
      ]);
    const files = [
      program("usr/bin/java"),
      { path: "app/run.jar", content: jar("run", "lib/a%20b.jar https://x/y.jar ../up/ lib/none.jar") },
      { path: "app/lib/a b.jar", content: jar("ab", "c.jar ../run.jar") },
      { path: "app/lib/c.jar", content: jar("c") },
      { path: "app/lib/d.jar", content: jar("d") },
      {
        path: "up/META-INF/maven/org.x/up/pom.properties",
        content: "groupId=org.x\nartifactId=up\nversion=1.0\n",
      },
      { path: "opt/agent.jar", content: jar("agent") },
      { path: "boot/BOOT-INF/lib/e.jar", content: jar("e") },
    ];
    const env = ["PATH=/usr/bin", "JAVA_TOOL_OPTIONS=-javaagent:/opt/agent.jar"];
    expect(used(await sbomOf(files, { env, entrypoint: ["java", "-jar", "/app/run.jar"] }))).toEqual([
      "java: the entry point runs /usr/bin/java",
      "ab: named by the manifest of /app/run.jar: /app/lib/a b.jar",
      "agent: loaded before the program: /opt/agent.jar",
      "c: named by the manifest of /app/lib/a b.jar: /app/lib/c.jar",
      "run: the entry point runs /app/run.jar",
      "up: named by the manifest of /app/run.jar: /up/META-INF/maven/org.x/up/pom.properties",
    ]);
    const loader = ["java", "-cp", ".", "org.springframework.boot.loader.launch.JarLauncher"];
    expect(used(await sbomOf(files, { entrypoint: loader, workingDir: "/boot" }))).toContain(
      "e: on the class path: /boot/BOOT-INF/lib/e.jar",
    );
  });

  it("python: packages around a module, extras, and Flask's files", async () => {
    const files = [
      program("usr/bin/python3"),
      { path: "usr/bin/flask", mode: 0o755, content: "#!/usr/bin/python3\nimport flask\n" },
      { path: "app/pkg/__init__.py", content: "import yaml\n" },
      { path: "app/pkg/sub/__init__.py", content: "" },
      { path: "app/pkg/sub/main.py", content: "import app_client\n" },
      { path: "app/app.py", content: "import redis\n" },
      ...dist("PyYAML", [], "yaml/__init__.py,,\n"),
      ...dist("app-client", ["celery[redis]"], "app_client/__init__.py,,\n"),
      ...dist("celery", ["kombu[redis]; extra == 'redis'", "boto; extra == 'sqs'"], "celery/__init__.py,,\n"),
      ...dist("kombu", ["hiredis; extra == 'redis'"], "kombu/__init__.py,,\n"),
      ...dist("boto", [], "boto/__init__.py,,\n"),
      ...dist("hiredis", [], "hiredis/__init__.py,,\n"),
      ...dist("redis", [], "redis/__init__.py,,\n"),
      ...dist("Flask", [], "flask/__init__.py,,\n"),
    ];
    const module = { entrypoint: ["python3", "-m", "pkg.sub.main"], workingDir: "/app" };
    expect(used(await sbomOf(files, module))).toEqual([
      "python3: the entry point runs /usr/bin/python3",
      "app-client: imported by /app/pkg/sub/main.py",
      "celery: required by app-client 1.0",
      "hiredis: required by kombu 1.0",
      "kombu: required by celery 1.0",
      "pyyaml: imported by /app/pkg/__init__.py",
    ]);
    for (const entrypoint of [
      ["flask", "run"],
      ["flask", "--app", "app.py", "run"],
      ["flask", "--app", "app", "run"],
    ])
      expect(used(await sbomOf(files, { entrypoint, workingDir: "/app" })).slice(-2)).toEqual([
        "flask: imported by /usr/bin/flask",
        "redis: imported by /app/app.py",
      ]);
  });

  it("python: of several copies the one that the path has first", async () => {
    const copy = (site: string, version: string): TarFile[] => [
      {
        path: `${site}/requests-${version}.dist-info/METADATA`,
        content: `Name: requests\nVersion: ${version}\n`,
      },
      { path: `${site}/requests-${version}.dist-info/RECORD`, content: "requests/__init__.py,,\n" },
    ];
    const files = [
      program("usr/bin/python3"),
      program("opt/venv/bin/python"),
      { path: "app/main.py", content: "import requests\n" },
      ...copy("usr/lib/python3/dist-packages", "1.0"),
      ...copy("usr/local/lib/python3.11/dist-packages", "2.0"),
      ...copy("opt/venv/lib/python3.11/site-packages", "3.0"),
      ...copy("usr/local/lib/python3.11/dist-packages/pip/_vendor", "4.0"),
    ];
    const usedWith = async (python: string): Promise<string[]> => {
      const sbom = await sbomOf(files, { entrypoint: [python, "/app/main.py"] });
      return sbom.components.flatMap(({ type, version, usedByEntrypoint }) =>
        type === "pypi" && usedByEntrypoint !== undefined ? [version] : [],
      );
    };
    expect(await usedWith("/opt/venv/bin/python")).toEqual(["3.0"]);
    expect(await usedWith("/usr/bin/python3")).toEqual(["2.0", "3.0"]); // the environment may be on PYTHONPATH
  });

  it("node: aliases, what is loaded first, NODE_PATH and linked workspace packages", async () => {
    const files = [
      program("usr/bin/node"),
      {
        path: "app/package.json",
        content: json({ name: "app", dependencies: { old: "npm:left-pad@1", "@w/lib": "*" } }),
      },
      { path: "app/server.js", content: "" },
      npm("app/node_modules/old", { name: "left-pad" }),
      { path: "app/node_modules/@w/lib", type: "2" as const, linkPath: "../../packages/lib" },
      {
        path: "app/packages/lib/package.json",
        content: json({ name: "@w/lib", dependencies: { deep: "1", app: "1" } }),
      },
      npm("app/packages/lib/node_modules/deep"),
      npm("app/node_modules/tracer", { dependencies: { probe: "1" } }),
      npm("app/node_modules/probe"),
      npm("app/node_modules/unused"),
      npm("opt/shared/node_modules/global"),
    ];
    const env = ["PATH=/usr/bin", "NODE_OPTIONS=--require tracer/init", "NODE_PATH=/opt/shared/node_modules"];
    expect(used(await sbomOf(files, { env, entrypoint: ["node", "server.js"], workingDir: "/app" }))).toEqual(
      [
        "node: the entry point runs /usr/bin/node",
        "deep: dependency of /app/packages/lib/package.json",
        "global: in /opt/shared/node_modules, which NODE_PATH names",
        "left-pad: dependency of /app/package.json",
        "probe: required by tracer 1.0.0",
        "tracer: loaded before the program: tracer/init",
      ],
    );
  });

  it("node: only what is declared where a package.json stands, all that is near without one", async () => {
    const files = [
      program("usr/bin/node"),
      { path: "app/package.json", content: json({ name: "app" }) },
      { path: "app/server.js", content: "" },
      npm("app/node_modules/a"),
      { path: "srv/server.js", content: "" },
      npm("srv/node_modules/b"),
    ];
    const node = "node: the entry point runs /usr/bin/node";
    expect(used(await sbomOf(files, { entrypoint: ["node", "server.js"], workingDir: "/app" }))).toEqual([
      node,
    ]);
    expect(used(await sbomOf(files, { entrypoint: ["node", "/srv/server.js"], workingDir: "/app" }))).toEqual(
      [node, "b: no package.json above /srv says less: it can be loaded from there"],
    );
  });
});
