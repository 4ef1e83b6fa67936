// SPDX-License-Identifier: Apache-2.0
/** `stella advisories import --kit FILE`: everything that scans need, in one file, for machines without a network. */
import type { Command } from "commander";

export interface KitFlags {
  readonly cacheDir?: string;
  readonly json?: boolean;
  readonly verifyKey?: string;
  readonly unsigned?: boolean;
}

export function kitOptions(importing: Command): void {
  importing
    .option(
      "--kit <file>",
      "an offline kit instead of feeds: it replaces all advisories and VEX that are kept",
    )
    .option("--verify-key <pem>", "of a kit: public key by which it must be signed (Ed25519 or P-256)")
    .option("--unsigned", "of a kit: take it whoever made it")
    .addHelpText(
      "after",
      `
Examples:
  stella advisories import feeds/ghsa.zip feeds/debian
  stella advisories export --kit kit.tar --sign-key key.pem
  stella advisories import --kit kit.tar --verify-key key.pub`,
    );
}

export async function importOfflineKit(
  command: Command,
  file: string,
  paths: readonly string[],
  flags: KitFlags,
): Promise<void> {
  if (paths.length > 0) command.error("error: --kit is taken alone, without feeds");
  if ((flags.verifyKey === undefined) !== (flags.unsigned === true))
    command.error("error: say who must have signed the kit: one of --verify-key <pem> and --unsigned");
  const { cacheDir } = await import("../cache.ts");
  const { importKit } = await import("../kit/import-kit.ts");
  const { readPublicKey } = await import("../kit/keys.ts");
  const { writeResult } = await import("../output.ts");
  const key = flags.verifyKey === undefined ? undefined : await readPublicKey(flags.verifyKey);
  const manifest = await importKit(cacheDir(flags.cacheDir), file, { key });
  const { kitText } = await import("../kit/kit-text.ts");
  await writeResult(flags.json === true ? `${JSON.stringify(manifest)}\n` : kitText(manifest), undefined);
}
