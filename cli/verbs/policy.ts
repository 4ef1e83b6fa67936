// SPDX-License-Identifier: Apache-2.0
/** `stella policy check|digest`: is a policy sound, and which one is it? */
import type { Command } from "commander";
import { messageOf } from "#lib/errors.ts";

export function addPolicy(program: Command): void {
  const policy = program.command("policy").description("Check policies and name them by digest.");
  policy
    .command("check")
    .description("Read policy files and list every problem with line and field.")
    .argument("<file...>", "policy files, or ScanPolicy manifests")
    .option("--json", "one JSON array")
    .action(async (files: readonly string[], flags: { readonly json?: boolean }) => {
      process.exitCode = await check(files, flags.json === true);
    });
  policy
    .command("digest")
    .description(
      "Print the SHA-256 of each policy's canonical form; format, comments and key order do not count.",
    )
    .argument("<file...>", "policy files, or ScanPolicy manifests")
    .option("--json", "one JSON array")
    .action(async (files: readonly string[], flags: { readonly json?: boolean }) => {
      await digest(files, flags.json === true);
    });
}

async function load() {
  const [engine, { readText }, { writeResult }] = await Promise.all([
    import("#engines/evaluation/index.ts"),
    import("../scan.ts"),
    import("../output.ts"),
  ]);
  return { ...engine, readText, writeResult };
}

async function check(files: readonly string[], json: boolean): Promise<number> {
  const { evaluationErrors, parsePolicy, readText, writeResult } = await load();
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
    ok ? `${file}: ok, ${rules} rules` : message,
  );
  await writeResult(json ? `${JSON.stringify(results)}\n` : `${lines.join("\n")}\n`, undefined);
  return results.every(({ ok }) => ok) ? 0 : 2;
}

async function digest(files: readonly string[], json: boolean): Promise<void> {
  const { parsePolicy, policyDigest, readText, writeResult } = await load();
  const results: { file: string; digest: string }[] = [];
  for (const file of files) {
    results.push({ file, digest: policyDigest(parsePolicy(await readText(file), { name: file })) });
  }
  const lines = results.map((result) => `${result.digest}  ${result.file}`);
  await writeResult(json ? `${JSON.stringify(results)}\n` : `${lines.join("\n")}\n`, undefined);
}
