// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a file or folder is there.
 */
import { access, constants } from "node:fs/promises";

export async function exists(path: string): Promise<boolean> {
  return allows(path, constants.F_OK);
}

export async function isExecutable(path: string): Promise<boolean> {
  return allows(path, constants.X_OK);
}

async function allows(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
