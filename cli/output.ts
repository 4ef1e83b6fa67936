// SPDX-License-Identifier: Apache-2.0
/** Where results and talk go: results to stdout or a file, talk to stderr, colour and progress on a terminal only. */
import { rename, writeFile } from "node:fs/promises";

export const isColorful = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY && process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb";

/** Columns of the terminal; where there is none, enough for whatever reads the lines. */
export const terminalWidth = (): number => (process.stdout.isTTY ? process.stdout.columns || 100 : 200);

/** A file appears whole or not at all; `-` is stdout. */
export async function writeResult(text: string, file: string | undefined): Promise<void> {
  if (file === undefined || file === "-") {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
    });
    return;
  }
  const part = `${file}.${process.pid}.part`;
  await writeFile(part, text);
  await rename(part, file);
}

export const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** One line on a terminal that is overwritten; nothing elsewhere. Shown only when work takes longer than this. */
const QUIET_MS = 400;

export interface ProgressLine {
  update(text: string): void;
  done(): void;
}

export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  const began = performance.now();
  let shown = false;
  return {
    update: (text) => {
      if (!stream.isTTY || performance.now() - began < QUIET_MS) return;
      shown = true;
      stream.write(`\r\u001b[K${text.slice(0, (stream.columns || 100) - 1)}`);
    },
    done: () => {
      if (shown) stream.write("\r\u001b[K");
    },
  };
}
