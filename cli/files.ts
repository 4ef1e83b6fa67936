// SPDX-License-Identifier: Apache-2.0
/** Files that the caller names. */
import { readFile } from "node:fs/promises";
import { defineErrors } from "#lib/errors.ts";

export const fileErrors = defineErrors("files", { FILE_MISSING: "missing" });

/** @throws FILE_MISSING */
export async function readText(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw fileErrors.make("FILE_MISSING", `cannot read ${file}`, { cause });
  });
}
