// SPDX-License-Identifier: Apache-2.0
/**
 * Scanners of others that ours is measured beside, each pinned by a module of its own: they are large, so they are built
 * only when asked for (`npm run bench -- --peers`, `npm run comparison`), minutes each, and then kept in the cache folder.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildGoProgram, type GoProgram } from "#hack/lib/go-build.ts";
import type { Log } from "#hack/lib/log.ts";

const peer = (name: string, owner: string): GoProgram => ({
  name,
  module: join(import.meta.dirname, name),
  package: `github.com/${owner}/${name}/cmd/${name}`,
});

const programs = {
  syft: peer("syft", "anchore"),
  trivy: { ...peer("trivy", "aquasecurity"), experiment: "jsonv2" },
} as const satisfies Record<string, GoProgram>;

const trivyModule = join(import.meta.dirname, "trivy");

const helpers = {
  /** Trivy's matchers without its scanner; see trivy/detect/main.go. */
  detect: { name: "trivy-detect", module: trivyModule, package: "./detect", experiment: "jsonv2" },
  /** Checks Trivy's database, and shows what is in it. */
  bbolt: { name: "bbolt", module: trivyModule, package: "go.etcd.io/bbolt/cmd/bbolt" },
} as const satisfies Record<string, GoProgram>;

export type PeerName = keyof typeof programs;

export const peerNames: readonly PeerName[] = ["syft", "trivy"];

/** Absolute path of a peer's static program. @throws COMMAND_FAILED with the compiler's words */
export function peerPath(name: PeerName, log: Log): Promise<string> {
  return buildGoProgram(programs[name], log);
}

/** Absolute path of a small program of a peer's module, built in seconds. @throws COMMAND_FAILED with the compiler's words */
export function peerHelperPath(name: keyof typeof helpers, log: Log): Promise<string> {
  return buildGoProgram(helpers[name], log);
}

/** The version that the peer's go.mod requires. */
export async function peerVersion(name: PeerName): Promise<string> {
  const { module, package: path } = programs[name];
  const required = path.replace(/\/cmd\/.*$/, "");
  const lines = (await readFile(join(module, "go.mod"), "utf8")).split(/\r?\n/);
  const line = lines.find((one) =>
    one
      .replace(/^require /, "")
      .trim()
      .startsWith(`${required} `),
  );
  return line?.split(" ").at(-1) ?? "";
}
