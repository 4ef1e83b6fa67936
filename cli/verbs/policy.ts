// SPDX-License-Identifier: Apache-2.0
/** `stella policy check|digest`: is a policy sound, and which one is it? */
import type { Command } from "commander";

export function addPolicy(program: Command): void {
  const policy = program.command("policy").description("Check policies and name them by digest.");
  policy
    .command("check")
    .description("Read policy files and list every problem with line and field.")
    .argument("<file...>", "policy files, or ScanPolicy manifests")
    .option("--json", "one JSON array")
    .action(async (files: readonly string[], flags: { readonly json?: boolean }) => {
      const { check } = await import("../policy.ts");
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
      const { digest } = await import("../policy.ts");
      await digest(files, flags.json === true);
    });
}
