// SPDX-License-Identifier: Apache-2.0
/** `stella policy ...`: is a policy sound, does it do what it should, and why did it decide so? */
import type { Command } from "commander";
import { cacheDirOption } from "../cache.ts";
import type { ExplainFlags } from "../policy/explain.ts";
import { judgedAsOptions } from "./judged-as.ts";
import { refuseVexBesideNone } from "./no-vex.ts";
import { collect, parsePlatform } from "./scan.ts";

interface JsonFlag {
  readonly json?: boolean;
}

export function addPolicy(program: Command): void {
  const policy = program.command("policy").description("Check, test and explain policies.");
  addCheck(policy);
  addTest(policy);
  addExplain(policy);
  addDigest(policy);
  addSchema(policy);
}

function addCheck(policy: Command): void {
  policy
    .command("check")
    .description("Read policies and their test cases, and list every problem with line and field.")
    .argument("<file...>", "policy files, ScanPolicy manifests, or NAME.test.yaml")
    .option("--json", "one JSON array")
    .action(async (files: readonly string[], flags: JsonFlag) => {
      const { check } = await import("../policy/check.ts");
      process.exitCode = await check(files, flags.json === true);
    });
}

function addTest(policy: Command): void {
  policy
    .command("test")
    .description("Try policies on their test cases, which stand in NAME.test.yaml beside NAME.yaml.")
    .argument("<file...>", "policy files, or ScanPolicy manifests")
    .option("--cases <file>", "test cases for all of them, in place of those beside them")
    .option("--json", "one JSON array")
    .addHelpText("after", "\nExit code: 0 all cases pass, 1 a case fails, 2 input invalid, 4 missing.")
    .action(async (files: readonly string[], flags: JsonFlag & { readonly cases?: string }) => {
      const { testPolicies } = await import("../policy/test-cases.ts");
      process.exitCode = await testPolicies(files, flags);
    });
}

function addExplain(policy: Command): void {
  const command = policy
    .command("explain")
    .description(
      "Say why a vulnerability or licence is decided as it is: every rule that was tried, and why it did not match.",
    )
    .argument("<report-or-target>", "report written by stella scan -o json, or what stella scan takes")
    .requiredOption(
      "--finding <id-or-purl>",
      "vulnerability by any of its ids, or package URL with * as wildcard; repeatable",
      (value, before: readonly string[] | undefined) => collect(value, before ?? []), // a default would do for the option
    )
    .option("--policy <file>", "policy file; repeatable; the baseline unless given", collect, [])
    .option("--advisories <path>", "for a target, as stella scan takes it; repeatable", collect, [])
    .option("--vex <path>", "for a target, as stella scan takes it; repeatable", collect, [])
    .option("--no-vex", "for a target: no VEX, not even what is stored");
  refuseVexBesideNone(command);
  judgedAsOptions(command)
    .option("--platform <os/architecture>", "which image of an index", parsePlatform)
    .option("--offline", "ask no registry; local targets only")
    .option(...cacheDirOption)
    .option("--plain-http", "speak HTTP to the target's registry")
    .option("--ca-file <pem>", "trust these certificates for the target's registry")
    .option("--json", "one JSON array")
    .addHelpText(
      "after",
      `
Examples:
  stella scan ghcr.io/acme/api:1.2 --policy team.yaml -o json=report.json
  stella policy explain report.json --policy team.yaml --finding CVE-2021-44228
  stella policy explain ghcr.io/acme/api:1.2 --policy licences.yaml --finding 'pkg:npm/left-pad*'`,
    )
    .action(async (target: string, flags: ExplainFlags) => {
      const { explainFindings } = await import("../policy/explain.ts");
      await explainFindings(target, flags);
    });
}

function addSchema(policy: Command): void {
  policy
    .command("schema")
    .description("Print the JSON Schema of policy files, for editors.")
    .action(async () => {
      const { printSchema } = await import("../policy/schema.ts");
      await printSchema();
    });
}

function addDigest(policy: Command): void {
  policy
    .command("digest")
    .description(
      "Print the SHA-256 of each policy's canonical form; format, comments and key order do not count.",
    )
    .argument("<file...>", "policy files, or ScanPolicy manifests")
    .option("--json", "one JSON array")
    .action(async (files: readonly string[], flags: JsonFlag) => {
      const { digest } = await import("../policy/check.ts");
      await digest(files, flags.json === true);
    });
}
