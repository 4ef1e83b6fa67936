// SPDX-License-Identifier: Apache-2.0
/** A report as `stella scan -o json` writes it, read back from its file. */
import { z } from "zod";
import type { ReportDocument } from "#engines/evaluation/index.ts";
import { defineErrors } from "#lib/errors.ts";
import { readText } from "./files.ts";

export const reportFileErrors = defineErrors("report-file", {
  /** The file is no report as `stella scan -o json` writes it. */
  REPORT_INVALID: "invalid",
});

/** As far as readers of it rely on. @throws FILE_MISSING, REPORT_INVALID */
export async function readReport(file: string): Promise<ReportDocument> {
  const text = await readText(file);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw reportFileErrors.make("REPORT_INVALID", `${file} is not JSON`, { cause });
  }
  const shape = reportShape.safeParse(parsed);
  if (shape.success) return parsed as ReportDocument;
  const { path, message } = shape.error.issues[0] ?? { path: [], message: "" };
  const place = path.join(".");
  throw reportFileErrors.make(
    "REPORT_INVALID",
    `${file} is no report as \`stella scan -o json\` writes it: ${place === "" ? "" : `${place}: `}${message}`,
  );
}

const texts = z.array(z.string());
const placed = {
  purl: z.string(),
  bomRef: z.string(),
  name: z.string(),
  version: z.string(),
  evidence: z.array(z.looseObject({ path: z.string(), inner: z.string().optional() })),
  layer: z.looseObject({ index: z.number(), diffId: z.string() }),
  action: z.string(),
  trace: texts,
};
const vexShape = z.looseObject({
  status: z.enum(["not_affected", "affected", "fixed", "under_investigation"]),
  isOpen: z.literal(true).optional(),
  justification: z.string().optional(),
  action: z.string().optional(),
  source: z.string(),
  timestamp: z.iso.datetime().optional(),
  scope: z.string(),
  reason: z.string(),
});
const reportShape = z.looseObject({
  schemaVersion: z.literal("1"),
  imageDigest: z.string().regex(/^sha256:[0-9a-f]{64}$/, "not a sha256 digest"),
  repository: z.string().optional(),
  usageKnown: z.boolean(),
  nextExpiry: z.string().optional(),
  digests: z.looseObject({ policy: z.string() }),
  findings: z.array(
    z.looseObject({
      ...placed,
      id: z.string(),
      advisoryIds: texts,
      aliases: texts,
      sources: texts,
      vendors: texts,
      severity: z.string(),
      fixedVersion: z.string().optional(),
      range: z.string(),
      kev: z.boolean(),
      vex: vexShape.optional(),
    }),
  ),
  licenseFindings: z.array(z.looseObject({ ...placed, license: z.string(), matched: texts })),
});
