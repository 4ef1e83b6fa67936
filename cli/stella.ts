#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/** The `stella` command. Compiled code is kept between runs, and verbs are loaded only when called: each starts fast. */
import { enableCompileCache } from "node:module";

enableCompileCache();
// Whoever read the other end of a pipe may have seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
const { run } = await import("./run.ts");
process.exitCode = await run(process.argv.slice(2));
