// SPDX-License-Identifier: Apache-2.0
/**
 * Facts of single files by content, as files of a folder: the parse results of a file that stands in many layers. Shared by
 * threads and processes; an entry is written whole or not at all, and a damaged one is made again.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "#lib/digest.ts";
import type { Reading } from "../facts.ts";
import type { FileFactsCache } from "../ports.ts";

/** @param folder is made when something is first put into it; one that can't be used costs time only */
export function folderFileFacts(folder: string): FileFactsCache {
  const fileOf = (key: string): string => join(folder, key.slice(0, 2), key);
  return {
    get(key) {
      try {
        const text = readFileSync(fileOf(key), "utf8");
        const end = text.indexOf("\n");
        const body = text.slice(end + 1);
        if (text.slice(0, end) !== digestOf(body)) return undefined;
        const now = new Date();
        utimesSync(fileOf(key), now, now);
        return JSON.parse(body) as Reading;
      } catch {
        return undefined;
      }
    },
    put(key, reading) {
      const file = fileOf(key);
      const mine = `${file}.${randomUUID()}`;
      const body = JSON.stringify(reading);
      try {
        mkdirSync(join(folder, key.slice(0, 2)), { recursive: true });
        writeFileSync(mine, `${digestOf(body)}\n${body}`);
        renameSync(mine, file);
      } catch {
        try {
          rmSync(mine, { force: true });
        } catch {
          // nothing was written
        }
      }
    },
  };
}
