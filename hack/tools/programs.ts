// SPDX-License-Identifier: Apache-2.0
/**
 * Programs of this module that scripts and tests run: built on first use into the cache folder, then found there.
 */
import { buildGoProgram, type GoProgram } from "#hack/lib/go-build.ts";
import { silent, type Log } from "#hack/lib/log.ts";

const module = import.meta.dirname;

const programs = {
  /** Copies, inspects and appends images. */
  crane: { name: "crane", module, package: "github.com/google/go-containerregistry/cmd/crane" },
  /** See registry/main.go for its flags. */
  registry: { name: "registry", module, package: "./registry" },
  coredns: { name: "coredns", module, package: "./coredns" },
  /** What Flux and Argo CD conclude from an object; see health/main.go. */
  health: { name: "health", module, package: "./health" },
  kind: { name: "kind", module, package: "sigs.k8s.io/kind" },
} as const satisfies Record<string, GoProgram>;

export type ToolName = keyof typeof programs;

export const toolNames = Object.keys(programs).sort() as ToolName[];

/** Absolute path of a static program. @throws COMMAND_FAILED with the compiler's words */
export async function toolPath(name: ToolName, log: Log = silent): Promise<string> {
  return buildGoProgram(programs[name], log);
}
