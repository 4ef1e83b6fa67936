// SPDX-License-Identifier: Apache-2.0
/**
 * `npm test`: static checks, then unit, conformance and end-to-end tests; the last line is `N passed, N failed`.
 * `npm test -- unit conformance` runs parts: checks, unit, conformance, e2e. Says where the time went.
 */
import { messageOf } from "#lib/errors.ts";
import { runChecks } from "./checks.ts";
import { prepare } from "./prepare.ts";
import { runProject } from "./vitest.ts";
import type { Tally } from "./vitest.ts";

const parts = ["checks", "unit", "conformance", "e2e"] as const;
type Part = (typeof parts)[number];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(parts as readonly string[]).includes(name));
if (unknown.length > 0) {
  console.error(`unknown part ${unknown.join(", ")}; parts are ${parts.join(", ")}`);
  process.exit(2);
}

async function run(part: Part): Promise<Tally> {
  if (part === "checks") return runChecks();
  if (part !== "e2e") return runProject(part);
  try {
    await prepare();
  } catch (error) {
    console.log(`end-to-end tests cannot run: ${messageOf(error)}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  return runProject(part);
}

const chosen = parts.filter((part) => wanted.length === 0 || wanted.includes(part));
const tallies: { readonly part: Part; readonly tally: Tally; readonly seconds: number }[] = [];
for (const part of chosen) {
  console.log(`\n== ${part}`);
  const started = performance.now();
  const tally = await run(part);
  tallies.push({ part, tally, seconds: (performance.now() - started) / 1000 });
}

console.log("\n== where the time went");
for (const { part, tally, seconds } of tallies) {
  const skipped = tally.skipped === 0 ? "" : `, ${tally.skipped} skipped`;
  console.log(
    `${part.padEnd(12)} ${seconds.toFixed(0).padStart(4)} s  ${tally.passed} passed, ${tally.failed} failed${skipped}`,
  );
}
const sum = (key: keyof Tally): number => tallies.reduce((total, { tally }) => total + tally[key], 0);
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
process.exitCode = sum("failed") > 0 || sum("passed") === 0 ? 1 : 0;
