// SPDX-License-Identifier: Apache-2.0
/** One vitest project, and how its tests went. A run that ends without a result counts as a failure. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface JsonResult {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Suites that failed without a failed test: a file that could not be loaded, a hook that threw. */
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

export async function runProject(project: string): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), "stellaops-test-"));
  const file = join(folder, "result.json");
  try {
    const code = await vitest([
      "run",
      "--project",
      project,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ]);
    return tallyOf(await readFile(file, "utf8").catch(() => undefined), code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @internal exported for its test */
export function tallyOf(json: string | undefined, code: number): Tally {
  if (json === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(json) as JsonResult;
  const broken = result.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = result.numFailedTests + broken;
  // Unhandled errors fail the run without failing a test.
  const unexplained = code !== 0 && failed === 0 ? 1 : 0;
  return {
    passed: result.numPassedTests,
    failed: failed + unexplained,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

function vitest(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("vitest", args, { stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
