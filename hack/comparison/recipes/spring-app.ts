// SPDX-License-Identifier: Apache-2.0
/** A Spring Boot fat jar on Debian's Java. Traps: libraries as jars inside the jar, jars without pom.properties. */
import { cp, mkdir, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheFolder } from "#hack/lib/cache-folder.ts";
import { ensureCommands } from "#hack/lib/commands.ts";
import { step } from "#hack/lib/progress.ts";
import { run } from "#hack/lib/run.ts";
import { debianLayer, debianRoot, dpkgTruth, folderLayer } from "../debian-root.ts";
import { inputs, type Recipe } from "../recipe.ts";
import { mavenRepository } from "../truth.ts";

export const springApp: Recipe = {
  name: "spring-app",
  title: "Debian with OpenJDK 17, a Spring Boot fat jar made by Maven",
  tools: "dpkg-query; unzip, and where Maven keeps each jar",
  version: 3,
  async build(scratch, log) {
    const { mvn = "mvn" } = await ensureCommands(
      [
        { command: "mvn", package: "maven" },
        { command: "unzip", package: "unzip" },
        { command: "javac", package: "openjdk-17-jdk-headless" },
      ],
      log,
    );
    const [root, layer, project] = ["root", "app", "project"].map((name) => join(scratch, name)) as [
      string,
      string,
      string,
    ];
    await debianRoot(root, ["openjdk-17-jre-headless"], log);
    await cp(inputs("spring-app"), project, { recursive: true });
    const repository = join(cacheFolder(), "m2");
    const quiet = ["-q", "-B", "-Dstyle.color=never", `-Dmaven.repo.local=${repository}`];
    await step(log, "mvn package", () => run(mvn, [...quiet, "package"], { cwd: project }));
    const jar = join(layer, "app", "app.jar");
    await mkdir(join(layer, "app"), { recursive: true });
    await cp(join(project, "target/spring-app-1.0.0.jar"), jar);
    const inside = (await run("unzip", ["-Z1", jar])).split("\n").filter((name) => name.endsWith(".jar"));
    const known = (await readdir(repository, { recursive: true })).filter((name) => name.endsWith(".jar"));
    const own = [
      { type: "maven", name: "example.comparison/spring-app", version: "1.0.0" },
      // The plugin carries it inside itself.
      { type: "maven", name: "org.springframework.boot/spring-boot-jarmode-layertools", version: "3.2.6" },
    ];
    return {
      layers: [debianLayer(root), folderLayer(layer, "mvn package")],
      truth: [
        ...(await dpkgTruth(root)),
        ...mavenRepository(
          known,
          inside.map((name) => basename(name)),
        ),
        ...own,
      ],
    };
  },
};
