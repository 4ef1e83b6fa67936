// SPDX-License-Identifier: Apache-2.0
/** The databases of `testdata/` and what rpm says of them, for tests here and in other folders. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const read = (name: string): Buffer => readFileSync(new URL(`../testdata/${name}`, import.meta.url));
const unpacked = (name: string): Buffer => gunzipSync(read(`${name}.gz`));
const lines = (bytes: Buffer): string[] => bytes.toString().trimEnd().split("\n");

/** The same packages in every form, by the name that rpm gives the file. */
export const databases = [
  { form: "SQLite", file: "rpmdb.sqlite", bytes: unpacked("rpmdb.sqlite") },
  { form: "ndb", file: "Packages.db", bytes: unpacked("Packages.db") },
  { form: "little-endian Berkeley DB", file: "Packages", bytes: unpacked("Packages.1234") },
  { form: "big-endian Berkeley DB", file: "Packages", bytes: unpacked("Packages.4321") },
] as const;

/** A Berkeley DB hash that rpm itself wrote, of RHEL 8. */
export const libuuid = unpacked("libuuid.Packages");

/** Lines as `testdata/README.md` describes them. */
export const rpmSays = {
  packages: lines(read("packages.txt")),
  files: lines(unpacked("files.txt")),
  states: lines(read("states.txt")),
  provides: lines(read("provides.txt")),
  requires: lines(read("requires.txt")),
};
