// SPDX-License-Identifier: Apache-2.0
/** Snapshots of schema versions 1 and 2, which were JSON, as one of today. Version 1 knows nothing of signatures and actions. */
import { evaluationErrors } from "../errors.ts";
import { writeVexSnapshot } from "./write-snapshot.ts";
import type { InternedClaims } from "./write-snapshot.ts";

/** @throws VEX_SNAPSHOT_INVALID */
export function fromJsonSnapshot(bytes: Uint8Array): Uint8Array {
  const claims = read(bytes);
  try {
    return writeVexSnapshot(claims);
  } catch (cause) {
    // Lists in lists are not looked at one by one before they are used.
    if (evaluationErrors.is(cause)) throw cause;
    throw evaluationErrors.make("VEX_SNAPSHOT_INVALID", "a row of the VEX snapshot has another shape", {
      cause,
    });
  }
}

function read(bytes: Uint8Array): InternedClaims {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw evaluationErrors.make("VEX_SNAPSHOT_INVALID", "VEX snapshot is not JSON", { cause });
  }
  const file = parsed as (Partial<InternedClaims> & { schemaVersion?: unknown }) | null;
  const lists = [file?.strings, file?.documents, file?.names, file?.products, file?.statements];
  if (
    (file?.schemaVersion !== "1" && file?.schemaVersion !== "2") ||
    typeof file.vulnerabilities !== "object" ||
    !lists.every(Array.isArray)
  ) {
    throw evaluationErrors.make("VEX_SNAPSHOT_INVALID", "not a VEX snapshot of schema version 1 to 3");
  }
  return file as InternedClaims;
}
