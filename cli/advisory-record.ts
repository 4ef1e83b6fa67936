// SPDX-License-Identifier: Apache-2.0
/** `stella advisories show`: the record of a vulnerability as all kept sources together give it. */
import { canonicalRecord, describeScope } from "#engines/evaluation/index.ts";
import type { CanonicalRecord, Said } from "#engines/evaluation/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { defineErrors } from "#lib/errors.ts";
import { loadSnapshot } from "./advisories.ts";
import { writeResult } from "./output.ts";
import { plainTable } from "./table.ts";

const showErrors = defineErrors("cli-advisory-record", { ADVISORY_UNKNOWN: "missing" });

/** What is known is written first. @throws ADVISORY_UNKNOWN where one is not, ADVISORIES_MISSING */
export async function showRecords(
  ids: readonly string[],
  {
    folder,
    paths,
    isJson,
  }: { readonly folder: string; readonly paths: readonly string[]; readonly isJson: boolean },
): Promise<void> {
  const snapshot = await loadSnapshot(paths, folder);
  const found = ids.map((id) => ({ id, positions: snapshot.named(id) }));
  const records = found
    .flatMap(({ positions }) => positions)
    .map((position) => canonicalRecord(snapshot, position));
  if (records.length > 0) {
    const text = isJson ? `${canonicalJson(records)}\n` : records.map(recordText).join("\n");
    await writeResult(text, undefined);
  }
  const unknown = found.filter(({ positions }) => positions.length === 0).map(({ id }) => id);
  if (unknown.length > 0)
    throw showErrors.make("ADVISORY_UNKNOWN", `no source speaks of ${unknown.join(", ")}`);
}

function recordText(record: CanonicalRecord): string {
  const { affected, conflicts, references } = record;
  const rows = [
    ["severity", [record.severity, ...remarks(record)].join(", ")],
    ...listed("also known as", record.aliases),
    ...listed(
      "advisories",
      record.advisories.map(({ id, vendor }) => `${id} (${vendor})`),
    ),
    ...listed("summary", record.summaries.map(told)),
    ...listed("severities", record.severities.map(told)),
    ...listed("cvss", record.cvss.map(told)),
    ...listed("published", record.published.map(told)),
    ...listed("withdrawn", record.withdrawn.map(told)),
    ...listed(
      "packages",
      affected.flatMap(({ package: key, says }) =>
        says.map(({ value, ...by }) => {
          const more = [value.severity, value.distroStatus].filter((word) => word !== undefined);
          return `${key}  ${told({ ...by, value: [describeScope(value), ...more].join(", ") })}`;
        }),
      ),
    ),
    ...listed(
      "contradictions",
      conflicts.map(
        ({ field, package: key, values }) =>
          `${field}${key === undefined ? "" : ` of ${key}`}: ${values.map(told).join("; ")}`,
      ),
    ),
    ...listed("references", references),
  ];
  return plainTable([record.id, ""], rows);
}

function remarks({ kev, epss, rejected, malware }: CanonicalRecord): readonly string[] {
  return [
    ...(kev ? ["known to be exploited"] : []),
    ...(epss === undefined ? [] : [`probability of exploitation ${epss}`]),
    ...(malware ? ["the package itself is malicious"] : []),
    ...(rejected ? ["the CVE was rejected"] : []),
  ];
}

const told = ({ vendor, advisory, value }: Said<string>): string => `${vendor} ${advisory}: ${value}`;

/** The label stands before the first only. */
const listed = (label: string, values: readonly string[]): readonly (readonly string[])[] =>
  values.map((value, at) => [at === 0 ? label : "", value]);
