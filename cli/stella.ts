#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/** The `stella` command. Compiled code is kept between runs, and verbs are loaded only when called: each starts fast. */
import { enableCompileCache } from "node:module";

enableCompileCache();
const { run } = await import("./run.ts");
process.exitCode = await run(process.argv.slice(2));
