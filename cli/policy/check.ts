// SPDX-License-Identifier: Apache-2.0
/** The use cases behind `stella policy check` and `digest`. */
import { parseCases, parsePolicy, policyDigest } from "#engines/evaluation/index.ts";
import { readText } from "../files.ts";
import { writeResult } from "../output.ts";
import { isCasesFile } from "./files.ts";
import { attempt, exitOf, faultLines, type Fault } from "./faults.ts";
import { manifestIssues } from "./manifest-issues.ts";

type Checked =
  { readonly file: string; readonly ok: true; readonly rules?: number; readonly cases?: number } | Fault;

/** One bad file does not hide another. @returns the exit code: 0 when every file is sound, else that of the first fault. */
export async function check(files: readonly string[], json: boolean): Promise<number> {
  const results: Checked[] = [];
  for (const file of files) {
    results.push(
      await attempt(file, async () => {
        const text = await readText(file);
        return isCasesFile(file)
          ? { file, ok: true as const, cases: parseCases(text, { name: file }).cases.length }
          : {
              file,
              ok: true as const,
              rules: parsePolicy(text, { name: file, manifestIssues }).rules.length,
            };
      }),
    );
  }
  const lines = results.flatMap((result) => (result.ok ? [soundLine(result)] : faultLines(result)));
  await writeResult(json ? `${JSON.stringify(results)}\n` : `${lines.join("\n")}\n`, undefined);
  return exitOf(results);
}

function soundLine({ file, rules, cases }: Extract<Checked, { readonly ok: true }>): string {
  return cases === undefined ? `${file}: ok, ${rules ?? 0} rules` : `${file}: ok, ${cases} cases`;
}

export async function digest(files: readonly string[], json: boolean): Promise<void> {
  const results: { file: string; digest: string }[] = [];
  for (const file of files) {
    results.push({ file, digest: policyDigest(parsePolicy(await readText(file), { name: file })) });
  }
  const lines = results.map((result) => `${result.digest}  ${result.file}`);
  await writeResult(json ? `${JSON.stringify(results)}\n` : `${lines.join("\n")}\n`, undefined);
}
