// SPDX-License-Identifier: Apache-2.0
/** `stella sbom-generator`: run by BuildKit, not by people; not in the list of verbs. See docs/build-time.md. */
import type { Command } from "commander";

export function addSbomGenerator(program: Command): void {
  program
    .command("sbom-generator", { hidden: true })
    .description("Describe a build's root filesystems, as BuildKit's SBOM generator protocol asks.")
    .action(async () => {
      const { generateSboms } = await import("../sbom-generator.ts");
      await generateSboms(process.env);
    });
}
