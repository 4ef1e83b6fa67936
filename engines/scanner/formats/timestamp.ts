// SPDX-License-Identifier: Apache-2.0
/** Times that come with an image (RFC 3339), which nobody has checked. */

const RFC_3339 =
  /^(?!0000)(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9})\d{0,20})?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** An instant: seconds since 1970 (before it negative) and nanoseconds of the second. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

/** Undefined for anything but a real RFC 3339 time of the years 1 to 9999. */
export function instantOf(text: string): Instant | undefined {
  const [, day, hours, minutes, seconds, fraction, zone] = RFC_3339.exec(text) ?? [];
  if (day === undefined || zone === undefined) return undefined;
  const midnight = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return undefined; // 30 February
  const local = midnight / 1000 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  const whole = local - offsetOf(zone);
  if (whole < FIRST_SECOND || whole > LAST_SECOND) return undefined;
  return { seconds: whole, nanos: Number((fraction ?? "").padEnd(9, "0")) };
}

/** The first and last second that RFC 3339 and google.protobuf.Timestamp can name in UTC. */
const FIRST_SECOND = Date.parse("0001-01-01T00:00:00Z") / 1000;
const LAST_SECOND = Date.parse("9999-12-31T23:59:59Z") / 1000;

function offsetOf(zone: string): number {
  if (zone.length === 1) return 0;
  const seconds = Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(4, 6)) * 60;
  return zone.startsWith("-") ? -seconds : seconds;
}

/** `YYYY-MM-DDThh:mm:ssZ`: whole seconds in UTC, as SPDX asks. */
export function utcSeconds({ seconds }: Instant): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
