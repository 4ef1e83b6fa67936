#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/** The `stella` command. Compiled code is kept between runs, and verbs are loaded only when called: each starts fast. */
import { enableCompileCache } from "node:module";

/** As `errorKinds` in lib/errors.ts has it, which is not loaded here. */
const UNAVAILABLE = 5;

enableCompileCache();
// Whoever read the other end of a pipe may have seen enough. Results are written with an error of their own; help is not.
let lost: string | undefined;
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  if (code !== "EPIPE") lost ??= code ?? "unknown";
});
process.once("exit", (code) => {
  if (lost === undefined || code !== 0) return;
  process.stderr.write(`stella: OUTPUT_FAILED: cannot write stdout: ${lost}\n`);
  process.exitCode = UNAVAILABLE;
});
const { run } = await import("./run.ts");
process.exitCode = await run(process.argv.slice(2));
