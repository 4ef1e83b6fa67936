// SPDX-License-Identifier: Apache-2.0
/** Files that the caller names. */
import { createReadStream } from "node:fs";
import { defineErrors } from "#lib/errors.ts";

export const fileErrors = defineErrors("files", { FILE_MISSING: "missing", FILE_TOO_LARGE: "invalid" });

/** Policies, VEX documents and certificates are smaller. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A pipe is read as well as a file. @throws FILE_MISSING, FILE_TOO_LARGE */
export const readText = (file: string): Promise<string> => textOf(createReadStream(file), file);

/** Where `-` is asked for. @throws FILE_MISSING, FILE_TOO_LARGE */
export const readStdin = (): Promise<string> => textOf(process.stdin, "stdin");

async function textOf(stream: NodeJS.ReadableStream, file: string): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > MAX_BYTES) break;
      parts.push(part);
    }
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    const why = code === "EISDIR" ? "it is a folder" : code;
    throw fileErrors.make("FILE_MISSING", `cannot read ${file}: ${why}`, { cause });
  }
  if (length > MAX_BYTES) {
    throw fileErrors.make("FILE_TOO_LARGE", `${file} is larger than ${MAX_BYTES} bytes`);
  }
  return Buffer.concat(parts).toString("utf8");
}
