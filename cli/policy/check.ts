// SPDX-License-Identifier: Apache-2.0
/** The use cases behind `stella policy check` and `digest`. */
import {
  expiredWaivers,
  parseCases,
  parsePolicy,
  policyDigest,
  type ExpiredWaiver,
} from "#engines/evaluation/index.ts";
import { readText } from "../files.ts";
import { writeResult } from "../output.ts";
import { plural } from "#lib/plural.ts";
import { printable } from "../printable.ts";
import { isCasesFile } from "./files.ts";
import { attempt, exitOf, faultLines, type Fault } from "./faults.ts";
import { manifestIssues } from "./manifest-issues.ts";

interface Sound {
  readonly file: string;
  readonly ok: true;
  readonly rules?: number;
  readonly cases?: number;
  /** Rules that do nothing any more; absent where there are none. */
  readonly expired?: readonly ExpiredWaiver[];
}
type Checked = Sound | Fault;

/** One bad file does not hide another. @returns the exit code: 0 when every file is sound, else that of the first fault. */
export async function check(files: readonly string[], json: boolean): Promise<number> {
  const results: Checked[] = [];
  for (const file of files) {
    results.push(
      await attempt(file, async (): Promise<Sound> => {
        const text = await readText(file);
        if (isCasesFile(file))
          return { file, ok: true, cases: parseCases(text, { name: file }).cases.length };
        const policy = parsePolicy(text, { name: file, manifestIssues });
        const expired = expiredWaivers(policy, Date.now());
        const rules = policy.rules.length;
        return { file, ok: true, rules, ...(expired.length === 0 ? {} : { expired }) };
      }),
    );
  }
  const lines = results.flatMap((result) => (result.ok ? soundLines(result) : faultLines(result)));
  await writeResult(json ? `${JSON.stringify(results)}\n` : `${lines.join("\n")}\n`, undefined);
  return exitOf(results);
}

/** A waiver that has ended is no fault: it says why a finding counts again. */
function soundLines({ file, rules, cases, expired = [] }: Sound): readonly string[] {
  const what = cases === undefined ? plural(rules ?? 0, "rule") : plural(cases, "case");
  return [
    `${file}: ok, ${what}`,
    ...expired.map(
      ({ rule, until }) => `${file}: warning: rule "${rule}" counted until ${until} and does nothing now`,
    ),
  ].map(printable);
}

export async function digest(files: readonly string[], json: boolean): Promise<void> {
  const results: { file: string; digest: string }[] = [];
  for (const file of files) {
    results.push({ file, digest: policyDigest(parsePolicy(await readText(file), { name: file })) });
  }
  const lines = results.map((result) => `${result.digest}  ${result.file}`);
  await writeResult(json ? `${JSON.stringify(results)}\n` : `${lines.join("\n")}\n`, undefined);
}
