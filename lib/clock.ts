// SPDX-License-Identifier: Apache-2.0
/** The clock as a port: nothing outside an edge asks the machine for the time. */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** RFC 3339 in UTC with whole seconds, the form Kubernetes uses (`metav1.Time`). */
export function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
