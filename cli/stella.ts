#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/** The `stella` command. Verbs are loaded only when called, so that each starts fast. */
import { run } from "./run.ts";

process.exitCode = await run(process.argv.slice(2));
