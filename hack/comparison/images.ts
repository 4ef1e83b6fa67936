// SPDX-License-Identifier: Apache-2.0
/** The comparison's images, each an OCI layout in the cache folder with its truth list beside it. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, filesBelow, inputKey } from "#hack/images/archive-cache.ts";
import { exists } from "#hack/lib/file.ts";
import type { Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { writeOciLayout } from "#lib/oci/writer.ts";
import { apkRoot } from "./recipes/apk-root.ts";
import { distroless } from "./recipes/distroless.ts";
import { dotnetApp } from "./recipes/dotnet-app.ts";
import { goStatic } from "./recipes/go-static.ts";
import { nodeApp } from "./recipes/node-app.ts";
import { pythonApp } from "./recipes/python-app.ts";
import { rpmRoot } from "./recipes/rpm-root.ts";
import { rustApp } from "./recipes/rust-app.ts";
import { springApp } from "./recipes/spring-app.ts";
import { inputs, type Recipe } from "./recipe.ts";
import { packageList, type Package } from "./truth.ts";

export const recipes: readonly Recipe[] = [
  nodeApp,
  pythonApp,
  springApp,
  goStatic,
  rustApp,
  dotnetApp,
  rpmRoot,
  apkRoot,
  distroless,
];

export interface Image {
  readonly recipe: Recipe;
  /** Folder of the OCI layout. */
  readonly layout: string;
  /** Folder with what scanners said of it, made where absent. */
  readonly outputs: string;
  readonly truth: readonly Package[];
}

/** The image, built when no earlier run left it. */
export async function comparisonImage(recipe: Recipe, log: Log): Promise<Image> {
  const { name, version } = recipe;
  const files = (await exists(inputs(name))) ? await filesBelow([inputs(name)]) : [];
  const key = await inputKey({ name, version: String(version), arch: process.arch }, files);
  const path = await cached(
    { name: `comparison-${name}`, key, suffix: "", build: (target) => build(recipe, target, log) },
    log,
  );
  const outputs = join(path, "outputs");
  await mkdir(outputs, { recursive: true });
  const truth = JSON.parse(await readFile(join(path, "truth.json"), "utf8")) as readonly Package[];
  return { recipe, layout: join(path, "layout"), outputs, truth };
}

async function build(recipe: Recipe, target: string, log: Log): Promise<void> {
  const scratch = `${target}.scratch`;
  await mkdir(scratch, { recursive: true });
  try {
    await step(log, `image ${recipe.name}`, async () => {
      const { layers, truth } = await recipe.build(scratch, log);
      await writeOciLayout(join(target, "layout"), { ref: `comparison/${recipe.name}:1`, layers });
      await writeFile(join(target, "truth.json"), JSON.stringify(packageList(truth), undefined, 1));
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
