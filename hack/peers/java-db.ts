// SPDX-License-Identifier: Apache-2.0
/**
 * An empty database of jars' checksums for trivy, which will not look at a jar without one and can only download it. With
 * it trivy names jars by pom.properties and file names. Tables as in github.com/aquasecurity/trivy-java-db, schema 1.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const TABLES = `
  CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);
  CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT);
`;

/** Written anew into trivy's cache folder. */
export async function emptyJavaDb(cacheDir: string): Promise<void> {
  const folder = join(cacheDir, "java-db");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, "trivy-java.db"));
  database.exec(TABLES);
  database.close();
  const time = "2100-01-01T00:00:00Z";
  const metadata = { Version: 1, NextUpdate: time, UpdatedAt: time, DownloadedAt: time };
  await writeFile(join(folder, "metadata.json"), JSON.stringify(metadata));
}
