// SPDX-License-Identifier: Apache-2.0
/** Where results and talk go: results to stdout or a file, talk to stderr, colour and progress on a terminal only. */
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { defineErrors } from "#lib/errors.ts";
import { printable } from "./printable.ts";

export const isColorful = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY && process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb";

/** Columns of the terminal; where there is none, nothing is cut or broken. */
export const terminalWidth = (): number => (process.stdout.isTTY ? process.stdout.columns || 100 : Infinity);

export const outputErrors = defineErrors("output", {
  /** A place that cannot be written: a folder, no such folder, no right. */
  OUTPUT_UNWRITABLE: "invalid",
  /** A full disk. */
  OUTPUT_FAILED: "unavailable",
});

/** A regular file appears whole or not at all; `-` is stdout, as in `writeStdout`. @throws OUTPUT_UNWRITABLE, OUTPUT_FAILED */
export async function writeResult(text: string | Uint8Array, file: string | undefined): Promise<void> {
  if (file === undefined || file === "-") {
    await writeStdout(text);
    return;
  }
  try {
    const target = await realpath(file).catch(() => file); // a link stays a link
    const found = await stat(target).catch(() => undefined);
    // A device or a pipe is written to; a rename would put a file in its place.
    if (found !== undefined && !found.isFile()) await writeFile(target, text);
    else await replaceFile(target, text);
  } catch (cause) {
    throw outputFailure(file, cause);
  }
}

async function replaceFile(file: string, text: string | Uint8Array): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    await writeFile(part, text);
    await rename(part, file);
  } catch (cause) {
    await rm(part, { force: true }).catch(() => undefined);
    throw cause;
  }
}

/**
 * @returns whether anybody still reads; who has seen enough of a pipe and closed it has no fault to be told of
 * @throws OUTPUT_UNWRITABLE, OUTPUT_FAILED
 */
export function writeStdout(text: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      if (isClosedPipe(cause)) resolve(false);
      else reject(outputFailure("stdout", cause));
    };
    process.stdout.once("error", fail); // the stream tells of a closed pipe here too, also after the callback
    process.stdout.write(text, (cause) => {
      if (cause) {
        fail(cause);
        return;
      }
      process.stdout.off("error", fail);
      resolve(true);
    });
  });
}

/** After the first failure the stream itself may be closed. */
const CLOSED = new Set(["EPIPE", "ERR_STREAM_DESTROYED"]);
const isClosedPipe = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && CLOSED.has(String(cause.code));

const WRITABLE_LATER = new Set(["ENOSPC", "EDQUOT", "EIO", "EPIPE", "EAGAIN", "EMFILE", "ENFILE"]);

function outputFailure(where: string, cause: unknown): Error {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  const kind = WRITABLE_LATER.has(code) ? "OUTPUT_FAILED" : "OUTPUT_UNWRITABLE";
  const why = code === "EISDIR" ? "it is a folder" : code;
  return outputErrors.make(kind, `cannot write ${where}: ${why}`, { cause, data: { where, code } });
}

export const say = (line: string): void => {
  process.stderr.write(`${printable(line)}\n`);
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
