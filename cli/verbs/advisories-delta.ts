// SPDX-License-Identifier: Apache-2.0
/** `stella advisories delta OLD NEW`: the packages about which newer advisories say something else. */
import type { Command } from "commander";

export function addDelta(advisories: Command): void {
  advisories
    .command("delta")
    .description("Packages about which one state of advisories says something else than another.")
    .argument("<old>", "feed, folder, archive or snapshot")
    .argument("<new>", "feed, folder, archive or snapshot")
    .option("--json", "one JSON object")
    .action(async (older: string, newer: string, flags: { readonly json?: boolean }) => {
      const { showDelta } = await import("../advisory-delta.ts");
      await showDelta(older, newer, flags.json === true);
    });
}
