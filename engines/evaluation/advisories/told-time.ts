// SPDX-License-Identifier: Apache-2.0
/** Times that feeds write where they know none: the zero of Go's time, year 1, or of Unix's. */

/** Before it nobody published advisories. */
const FIRST_YEAR = "1980";

/** @param time RFC 3339, or the start of it */
export const isTold = (time: string): boolean => time >= FIRST_YEAR;

export const toldTime = (time: string | undefined): readonly string[] =>
  time === undefined || !isTold(time) ? [] : [time];
