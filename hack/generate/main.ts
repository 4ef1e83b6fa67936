// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run generate`: writes config/crd and docs/reference from crds/ and the analyzers.
 * `npm run generate -- --check`: writes nothing, fails when a file is not as it would be written.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { GENERATED_FOLDERS, generatedFiles } from "./files.ts";

const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

const wanted = generatedFiles();
const stale: string[] = [];
for (const [path, text] of wanted) {
  const there = await readFile(join(root, path), "utf8").catch(() => undefined);
  if (there !== text) stale.push(path);
}
const surplus: string[] = [];
for (const folder of GENERATED_FOLDERS) {
  const names = await readdir(join(root, folder)).catch(() => []);
  surplus.push(...names.map((name) => `${folder}/${name}`).filter((path) => !wanted.has(path)));
}

if (values.check) {
  for (const path of stale) console.error(`${path}: not fresh`);
  for (const path of surplus) console.error(`${path}: not generated any more`);
  if (stale.length + surplus.length > 0) {
    console.error("run `npm run generate` and commit what it writes");
    process.exitCode = 1;
  }
} else {
  for (const path of stale) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), wanted.get(path) ?? "");
  }
  for (const path of surplus) await rm(join(root, path));
  console.error(`${wanted.size} files, ${stale.length} written, ${surplus.length} removed`);
}
