// SPDX-License-Identifier: Apache-2.0
/** `--attached-vex any`: VEX documents that are attached to the image in its registry, whoever has pushed them. */
import { openVexSnapshot } from "#engines/evaluation/index.ts";
import type { AttachedVexInput } from "#engines/evaluation/index.ts";
import { attachedVex } from "#engines/evaluation/vex/adapters/attached-vex.ts";
import type { ScanResult } from "#engines/scanner/index.ts";
import { parseReference } from "#lib/oci/reference.ts";
import { say } from "../output.ts";
import { plural } from "#lib/plural.ts";
import { registrySettings } from "./target.ts";
import type { TargetFlags } from "./target.ts";

const MAX_SAID = 5;

/** Says what was found, and what was not taken. */
export async function readAttachedVex(
  target: string,
  { resolved }: ScanResult,
  flags: TargetFlags,
): Promise<AttachedVexInput> {
  const settings = await registrySettings(target, flags);
  const { bytes, facts } = await attachedVex({ reference: parseReference(target), settings }, resolved);
  const { documents, statements, leftOut, leftOutCount } = facts;
  for (const line of leftOut.slice(0, MAX_SAID)) say(`stella: attached VEX left out: ${line}`);
  if (leftOutCount > MAX_SAID) say(`stella: and ${leftOutCount - MAX_SAID} more`);
  say(
    documents === 0
      ? "stella: no attached VEX that can be used"
      : `stella: attached VEX: ${plural(statements, "statement")} in ${plural(documents, "document")}; signatures were not checked`,
  );
  return { snapshot: openVexSnapshot(bytes), facts };
}
