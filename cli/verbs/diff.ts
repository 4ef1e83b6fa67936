// SPDX-License-Identifier: Apache-2.0
/** `stella diff OLD NEW`: what is another between two images, by package, layer and finding. */
import type { Command } from "commander";
import { cacheDirOption } from "../cache.ts";
import type { TargetFlags } from "../scan/target.ts";
import { refuseVexBesideNone } from "./no-vex.ts";
import { collect, parsePlatform } from "./scan.ts";

export interface DiffFlags extends TargetFlags {
  readonly output?: string;
  readonly json?: boolean;
  readonly raw?: boolean;
  readonly wide?: boolean;
  readonly exitCode?: boolean;
  readonly advisories: readonly string[];
  /** False: none, neither given nor kept. */
  readonly vex: readonly string[] | false;
  readonly policy: readonly string[];
}

export function addDiff(program: Command): void {
  const command = program
    .command("diff")
    .description(
      "Compare two images: packages added, removed and changed, by which layer, and what that does to findings.",
    )
    .argument("<old>", "as for `stella scan`")
    .argument("<new>", "as for `stella scan`")
    .option("-o, --output <file>", "write to a file")
    .option("--json", "the whole difference, also place by place")
    .option("--raw", "packages only, without advisories, VEX and policy")
    .option("--wide", "also show paths")
    .option("--exit-code", "exit with 1 when a package is another")
    .option(
      "--platform <os/architecture>",
      "which images of indexes; this machine's unless given",
      parsePlatform,
    )
    .option("--advisories <path>", "feed, folder, archive, web address or snapshot; repeatable", collect, [])
    .option(
      "--vex <path>",
      "VEX (OpenVEX, CSAF, CycloneDX): a file, folder, archive or web address; repeatable; else what `stella vex import` stored",
      collect,
      [],
    )
    .option("--no-vex", "no VEX, not even what is stored")
    .option("--policy <file>", "policy file; repeatable; the baseline unless given", collect, [])
    .option("--offline", "ask no registry; local targets only")
    .option(...cacheDirOption)
    .option("--plain-http", "speak HTTP to the targets' registries")
    .option("--ca-file <pem>", "trust these certificates for the targets' registries")
    .addHelpText(
      "after",
      `
Examples:
  stella diff registry.example/app:1.2 registry.example/app:1.3
  stella diff oci-dir:build/before oci-dir:build/after --raw --json

A layer number is one of the new image: the layer that brought a package, or that deleted it.`,
    )
    .action(async (older: string, newer: string, flags: DiffFlags) => {
      const { diff } = await import("../diff.ts");
      process.exitCode = await diff(older, newer, flags);
    });
  refuseVexBesideNone(command);
}
