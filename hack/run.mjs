// SPDX-License-Identifier: Apache-2.0
/**
 * Runs one of our TypeScript programs on the pinned Node: `node hack/run.mjs hack/demo/main.ts up`. Plain JavaScript,
 * since it must start on whatever Node is there (18 or newer) in a clone where nothing is installed yet.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const node = join(root, "node_modules", "node", "bin", "node");
const stamp = join(root, "node_modules", ".stellaops-lock");
const lock = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

if (!existsSync(node) || !existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  process.stderr.write("installing packages (npm ci) ...\n");
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const installed = spawnSync("npm", args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (installed.status !== 0) {
    process.stderr.write("npm ci failed: is the npm registry reachable?\n");
    process.exit(installed.status ?? 1);
  }
  writeFileSync(stamp, lock);
}

const bin = join(root, "node_modules", ".bin");
const result = spawnSync(node, process.argv.slice(2), {
  stdio: "inherit",
  env: { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` },
});
process.exit(result.status ?? 1);
