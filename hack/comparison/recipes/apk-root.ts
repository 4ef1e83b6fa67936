// SPDX-License-Identifier: Apache-2.0
/** The installed database of a real Alpine root, written by apk-tools 2: the scanner's test data (its README has the origin). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { withFolders } from "#hack/images/runtime-files.ts";
import { writeTar } from "#lib/oci/writing/tar.ts";
import type { Recipe } from "../recipe.ts";
import { apkDatabase } from "../truth.ts";

const DATABASE = join(import.meta.dirname, "../../../engines/scanner/analyzers/testdata/apk/installed");
const RELEASE = `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.16.0\nPRETTY_NAME="Alpine Linux v3.16"\n`;

export const apkRoot: Recipe = {
  name: "apk-root",
  title: "Alpine's installed database, without the packages' files",
  tools: "the database's own P: and V: lines",
  version: 1,
  async build() {
    const database = await readFile(DATABASE, "utf8");
    const entries = withFolders([
      { path: "etc/os-release", content: RELEASE },
      { path: "etc/alpine-release", content: "3.16.0\n" },
      { path: "lib/apk/db/installed", content: database },
    ]);
    return { layers: [{ tar: writeTar(entries), createdBy: "apk add" }], truth: apkDatabase(database) };
  },
};
