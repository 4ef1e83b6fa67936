// SPDX-License-Identifier: Apache-2.0
/**
 * How developer scripts speak: one line at a time to whoever listens. Results go to stdout, talk to stderr.
 */

/** Receives one line without its line end. */
export type Log = (line: string) => void;

export const logToStderr: Log = (line) => {
  process.stderr.write(`${line}\n`);
};

export const silent: Log = () => undefined;

/** "0.4 s", "12 s", "3 min 05 s". */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${String(seconds)} s`;
  return `${String(Math.floor(seconds / 60))} min ${String(seconds % 60).padStart(2, "0")} s`;
}
