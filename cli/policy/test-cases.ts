// SPDX-License-Identifier: Apache-2.0
/** The use case behind `stella policy test`: policies tried on their test cases. */
import { existsSync } from "node:fs";
import { parseCases, parsePolicy, runCases, type CaseResult } from "#engines/evaluation/index.ts";
import { fileErrors, readText } from "../files.ts";
import { writeResult } from "../output.ts";
import { printable } from "../printable.ts";
import { attempt, exitOf, faultLines, type Fault } from "./faults.ts";
import { casesOf, isCasesFile, policyOf } from "./files.ts";

type Tried = { readonly file: string; readonly ok: true; readonly cases: readonly CaseResult[] } | Fault;

const FAILED = 1;

/**
 * A cases file stands for the policy beside it. `cases`: for every policy instead of the file beside it.
 * @returns the exit code: 0 all pass, 1 one fails, else that of the first file that could not be tried.
 */
export async function testPolicies(
  given: readonly string[],
  { cases, json = false }: { readonly cases?: string; readonly json?: boolean },
): Promise<number> {
  const files = new Set(given.map((file) => (isCasesFile(file) ? policyOf(file) : file)));
  const results: Tried[] = [];
  for (const file of files) {
    results.push(
      await attempt(file, async () => {
        const policy = parsePolicy(await readText(file), { name: file });
        const beside = cases ?? casesOf(file);
        const tried = runCases(policy, parseCases(await readCases(beside), { name: beside }));
        return { file, ok: true as const, cases: tried };
      }),
    );
  }
  const all = results.flatMap((result) => (result.ok ? result.cases : []));
  const failed = all.filter(({ ok }) => !ok).length;
  const text = [
    ...results.flatMap(linesOf),
    `${all.length - failed} passed, ${failed} failed${unreadText(results.filter(({ ok }) => !ok).length)}`,
  ];
  await writeResult(json ? `${JSON.stringify(results)}\n` : `${text.join("\n")}\n`, undefined);
  return exitOf(results) || (failed > 0 ? FAILED : 0);
}

/** @throws FILE_MISSING, also where nobody has written any yet */
async function readCases(file: string): Promise<string> {
  if (existsSync(file)) return readText(file);
  throw fileErrors.make("FILE_MISSING", `there is no ${file}: write cases there, see docs/policy.md`);
}

const unreadText = (count: number): string =>
  count === 0 ? "" : `, ${count} ${count === 1 ? "policy" : "policies"} not tried`;

function linesOf(result: Tried): readonly string[] {
  if (!result.ok) return [printable(result.file), ...faultLines(result).map((line) => `  ${line}`)];
  return [
    printable(result.file),
    ...result.cases.flatMap(({ name, ok, failures }) => [
      `  ${ok ? "ok  " : "FAIL"}  ${printable(name)}`,
      ...failures.map((failure) => `        ${printable(failure)}`),
    ]),
  ];
}
