// SPDX-License-Identifier: Apache-2.0
/** Times as Go's decoder takes them (RFC 3339, section 5.6); one that it refuses would cost Trivy the whole row. */

const TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s?(Z|[+-]\d\d:?\d\d)?)?$/;
/** Go writes a time that is not set as the first day of year 1. */
const FIRST_YEAR = 1970;

/** In UTC, to the second; undefined for what is no time. A time without a zone is taken as UTC. */
export function goTime(text: string | undefined): string | undefined {
  const found = TIME.exec(text?.trim() ?? "");
  if (found === null) return undefined;
  const [, day = "", clock = "00:00:00", zone = "Z"] = found;
  const time = new Date(`${day}T${clock}${zone}`);
  if (Number.isNaN(time.getTime()) || time.getUTCFullYear() < FIRST_YEAR) return undefined;
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}
