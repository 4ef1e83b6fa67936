// SPDX-License-Identifier: Apache-2.0
/**
 * The programs of a local node: Kubernetes, etcd and CoreDNS built from pinned Go modules, the container
 * runtime and network plug-ins from Debian.
 */
import { dirname, join } from "node:path";
import { ensureCommands, type SystemCommand } from "#hack/lib/commands.ts";
import { buildGoProgram, buildGoPrograms, type GoProgram } from "#hack/lib/go-build.ts";
import type { Log } from "#hack/lib/log.ts";
import { findCommand } from "#hack/lib/run.ts";

const MODULE = join(import.meta.dirname, "..");
const TOOLS = join(import.meta.dirname, "..", "..", "tools");

/** Also the version of k8s.io/kubernetes in go.mod. */
export const KUBERNETES_VERSION = "v1.35.4";

const stamp = [
  `-X k8s.io/component-base/version.gitVersion=${KUBERNETES_VERSION}`,
  "-X k8s.io/component-base/version.gitMajor=1",
  "-X k8s.io/component-base/version.gitMinor=35",
].join(" ");

const kubernetes = <Name extends string>(name: Name) => ({
  name,
  module: MODULE,
  package: `k8s.io/kubernetes/cmd/${name}`,
  linkerFlags: stamp,
});

const goPrograms = [
  { name: "supervisor", module: MODULE, package: "./supervisor" },
  { name: "pause", module: MODULE, package: "./pause" },
  { name: "etcd", module: MODULE, package: "go.etcd.io/etcd/server/v3" },
  kubernetes("kube-apiserver"),
  kubernetes("kube-controller-manager"),
  kubernetes("kube-scheduler"),
  kubernetes("kubelet"),
  kubernetes("kube-proxy"),
  { name: "coredns", module: TOOLS, package: "./coredns" },
] as const satisfies readonly GoProgram[];

const CNI_FOLDERS = ["/usr/lib/cni", "/opt/cni/bin"];

const systemCommands: readonly SystemCommand[] = [
  { command: "containerd", package: "containerd" },
  { command: "ctr", package: "containerd" },
  { command: "containerd-shim-runc-v2", package: "containerd" },
  { command: "runc", package: "runc" },
  { command: "ptp", package: "containernetworking-plugins", folders: CNI_FOLDERS },
  { command: "portmap", package: "containernetworking-plugins", folders: CNI_FOLDERS },
  { command: "iptables", package: "iptables" },
  { command: "ip", package: "iproute2" },
  { command: "nsenter", package: "util-linux" },
  { command: "unshare", package: "util-linux" },
  { command: "mount", package: "mount" },
  { command: "openssl", package: "openssl" },
];

/** kubectl of this machine, or else of the cluster's own version, built on first use. */
export async function kubectlPath(log: Log): Promise<string> {
  return (await findCommand("kubectl")) ?? (await buildGoProgram(kubernetes("kubectl"), log));
}

export interface Programs {
  /** Absolute path of each built program. */
  readonly built: Readonly<Record<(typeof goPrograms)[number]["name"], string>>;
  readonly containerd: string;
  readonly ctr: string;
  readonly cniFolder: string;
}

/** Installs and builds what is missing. @throws COMMAND_MISSING, COMMAND_FAILED */
export async function preparePrograms(log: Log): Promise<Programs> {
  const system = await ensureCommands(systemCommands, log);
  const built = await buildGoPrograms(goPrograms, log);
  return {
    built,
    containerd: system["containerd"] ?? "containerd",
    ctr: system["ctr"] ?? "ctr",
    cniFolder: dirname(system["ptp"] ?? "/usr/lib/cni/ptp"),
  };
}
