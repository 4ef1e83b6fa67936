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
  const cache = cacheDir(flags.cacheDir);
  const before = await importTimes(cache);
  const manifest = await importKit(cache, file, { key });
  await sayOlder(before, await importTimes(cache));
  const { kitText } = await import("../kit/kit-text.ts");
  await writeResult(flags.json === true ? `${JSON.stringify(manifest)}\n` : kitText(manifest), undefined);
}

/** A kit among feeds would be read as documents that no connector knows. @throws KIT_AMONG_FEEDS */
export async function refuseKits(paths: readonly string[]): Promise<void> {
  const { isKit } = await import("../kit/is-kit.ts");
  for (const path of paths) {
    if (!(await isKit(path))) continue;
    const { kitErrors } = await import("../kit/manifest.ts");
    const how = "stella advisories import --kit";
    const message = `${path} is an offline kit, which replaces all that is kept: ${how} ${path} --verify-key <pem>`;
    throw kitErrors.make("KIT_AMONG_FEEDS", message);
  }
}

/** Of all that is kept, by kind and name; RFC 3339. */
async function importTimes(cache: string): Promise<ReadonlyMap<string, string>> {
  const { advisoriesIn, vexIn } = await import("../cache.ts");
  const { keptSources } = await import("../kept-advisories.ts");
  const { keptVex } = await import("../vex.ts");
  // What is damaged is replaced.
  const advisories = await keptSources(advisoriesIn(cache)).catch(() => []);
  const vex = await keptVex(vexIn(cache)).catch(() => []);
  return new Map([
    ...advisories.map(({ name, importedAt }) => [`advisories ${name}`, importedAt] as const),
    ...vex.map(({ name, importedAt }) => [`VEX ${name}`, importedAt] as const),
  ]);
}

/** A kit that is signed rightly may still be an old one. */
async function sayOlder(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Promise<void> {
  const { say } = await import("../output.ts");
  for (const [name, time] of after) {
    const had = before.get(name);
    if (had !== undefined && Date.parse(time) < Date.parse(had))
      say(`stella: ${name} of the kit is of ${time}, older than what was kept, of ${had}`);
  }
  for (const name of before.keys())
    if (!after.has(name)) say(`stella: ${name} was kept, and is not in the kit`);
}
