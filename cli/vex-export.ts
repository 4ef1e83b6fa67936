// SPDX-License-Identifier: Apache-2.0
/** The use case behind `stella vex export`: what a report's VEX came to, for other tools. */
import { renderOpenVex } from "#engines/evaluation/index.ts";
import { defineErrors } from "#lib/errors.ts";
import { writeResult } from "./output.ts";
import { readReport } from "./report-file.ts";

const exportErrors = defineErrors("cli-vex-export", {
  /** No finding of the report has a VEX statement, and OpenVEX has no empty documents. */
  VEX_NOTHING_SAID: "missing",
});

export interface ExportVexFlags {
  readonly author: string;
  readonly output?: string;
}

/** @throws VEX_NOTHING_SAID, REPORT_INVALID, FILE_MISSING */
export async function exportConsensus(file: string, { author, output }: ExportVexFlags): Promise<void> {
  const text = renderOpenVex(await readReport(file), { author });
  if (text === undefined)
    throw exportErrors.make("VEX_NOTHING_SAID", `no finding of ${file} has a VEX statement to export`);
  await writeResult(text, output);
}
