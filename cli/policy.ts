// SPDX-License-Identifier: Apache-2.0
/** The use cases behind `stella policy`. */
import { evaluationErrors, parsePolicy, policyDigest } from "#engines/evaluation/index.ts";
import { messageOf } from "#lib/errors.ts";
import { writeResult } from "./output.ts";
import { readText } from "./files.ts";
import { printable } from "./printable.ts";

/** @returns the exit code: 0 when every file is sound, else 2. */
export async function check(files: readonly string[], json: boolean): Promise<number> {
  const results: { file: string; ok: boolean; rules?: number; message?: string; problems?: unknown }[] = [];
  for (const file of files) {
    const text = await readText(file);
    try {
      results.push({ file, ok: true, rules: parsePolicy(text, { name: file }).rules.length });
    } catch (error) {
      if (!evaluationErrors.is(error, "POLICY_INVALID")) throw error;
      results.push({ file, ok: false, message: messageOf(error), problems: error.data["problems"] });
    }
  }
  const lines = results.map(({ file, ok, rules = 0, message = "" }) =>
    ok ? `${file}: ok, ${rules} rules` : message.split("\n").map(printable).join("\n"),
  );
  await writeResult(json ? `${JSON.stringify(results)}\n` : `${lines.join("\n")}\n`, undefined);
  return results.every(({ ok }) => ok) ? 0 : 2;
}

export async function digest(files: readonly string[], json: boolean): Promise<void> {
  const results: { file: string; digest: string }[] = [];
  for (const file of files) {
    results.push({ file, digest: policyDigest(parsePolicy(await readText(file), { name: file })) });
  }
  const lines = results.map((result) => `${result.digest}  ${result.file}`);
  await writeResult(json ? `${JSON.stringify(results)}\n` : `${lines.join("\n")}\n`, undefined);
}
