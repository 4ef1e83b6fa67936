// SPDX-License-Identifier: Apache-2.0
/**
 * `node hack/bundle/main.ts [FOLDER]` bundles the product into FOLDER, `dist` when left out.
 */
import { join } from "node:path";
import { logToStderr } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { bundle, PROJECT } from "./bundle.ts";

const folder = process.argv[2] ?? join(PROJECT, "dist");
await step(logToStderr, `bundling into ${folder}`, () => bundle(folder));
