// SPDX-License-Identifier: Apache-2.0
/** Fields of advisories that feeds write in many ways, in the one way that all connectors keep them. */
import { isTold } from "../told-time.ts";

const MAX_REFERENCES = 10;
const MAX_SUMMARY = 300;
const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** The field, or none where the source leaves it blank. */
export function present<Key extends string>(
  key: Key,
  value: string | null | undefined,
): Partial<Record<Key, string>> {
  return !value ? {} : ({ [key]: value } as Record<Key, string>);
}

/** RFC 3339 for a day (`2024-05-01`) or a time, in UTC where no zone is said; undefined for any other text. */
export function timeOf(text: string | null | undefined): string | undefined {
  const found = TIME.exec(text?.trim() ?? "");
  if (found === null || !isTold(found[0])) return undefined;
  const [, year = "", month = "", day = "", minutes = "00:00", seconds = ":00", zone = "Z"] = found;
  return `${year}-${month}-${day}T${minutes}${seconds}${zone}`;
}

/** In one line. */
export function summaryOf(text: string | null | undefined): string | undefined {
  const line = text
    ?.slice(0, 4 * MAX_SUMMARY)
    .replace(/\s+/g, " ")
    .trim();
  return line?.slice(0, MAX_SUMMARY);
}

/** The first ten that are web addresses, each once. */
export function referencesOf(texts: readonly unknown[]): readonly string[] {
  const addresses = texts.filter(
    (text): text is string => typeof text === "string" && /^https?:\/\/\S{1,4000}$/.test(text),
  );
  return [...new Set(addresses)].slice(0, MAX_REFERENCES);
}

/** Other names of the advisory `id`, sorted. */
export function aliasesOf(id: string, names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter((name) => name !== id).sort();
}
