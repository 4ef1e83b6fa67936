// SPDX-License-Identifier: Apache-2.0
/**
 * `node hack/images/main.ts NAME...` builds the named images where their inputs changed and prints where they are.
 * `node hack/images/main.ts layers FOLDER` writes the product's layers as tar files, for the Dockerfile.
 */
import { messageOf } from "#lib/errors.ts";
import { logToStderr, type Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { demoImages } from "./demo.ts";
import { indexerImage, productImage, writeProductLayers } from "./product.ts";
import { registryImage } from "./registry.ts";

const builders: Readonly<Record<string, (log: Log) => Promise<string>>> = {
  product: productImage,
  indexer: indexerImage,
  registry: registryImage,
  demo: async (log) => (await demoImages(log)).layout,
};

const args = process.argv.slice(2);
const wanted = args.map((name) => builders[name]);
const [verb, folder] = args;
if (verb === "layers" && folder !== undefined) {
  await step(logToStderr, `writing the product's layers into ${folder}`, () => writeProductLayers(folder));
} else if (wanted.length === 0 || wanted.includes(undefined)) {
  logToStderr(
    `usage: node hack/images/main.ts NAME...   NAME is one of ${Object.keys(builders).join(", ")}, or layers FOLDER`,
  );
  process.exitCode = 2;
} else {
  try {
    for (const build of wanted) if (build) console.log(await build(logToStderr));
  } catch (error) {
    logToStderr(messageOf(error));
    process.exitCode = 1;
  }
}
