// SPDX-License-Identifier: Apache-2.0
/**
 * What the supervisor of a node is told: its mounts and the command line of each part.
 * Read by hack/cluster/supervisor/main.go.
 */
import { join } from "node:path";
import type { AddressPlan } from "./address-plan.ts";
import type { ClusterPaths } from "./paths.ts";
import type { PartName } from "../provider.ts";

export interface Plan {
  readonly hostProc: string;
  readonly recordsDir: string;
  readonly logsDir: string;
  readonly networkReady: string;
  readonly binds: readonly { readonly source: string; readonly target: string }[];
  /** Folders that must stay visible at their own path. */
  readonly keep: readonly string[];
  readonly parts: readonly Part[];
}

export interface Part {
  readonly name: PartName;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What must answer before each start: "", `unix:PATH`, or an https URL that says 200. */
  readonly after: string;
}

export interface PlanFacts {
  readonly name: string;
  readonly addresses: AddressPlan;
  readonly paths: ClusterPaths;
  readonly cacheFolder: string;
  readonly containerd: string;
}

export const healthPorts = {
  etcd: 2381,
  kubelet: 10248,
  "kube-apiserver": 6443,
  "kube-controller-manager": 10257,
  "kube-proxy": 10256,
  "kube-scheduler": 10259,
} as const;

export function supervisorPlan(facts: PlanFacts): Plan {
  const { paths } = facts;
  return {
    hostProc: paths.hostProc,
    recordsDir: paths.records,
    logsDir: paths.logs,
    networkReady: paths.networkReady,
    binds: [
      { source: paths.run, target: "/run" },
      { source: paths.var, target: "/var" },
    ],
    keep: [facts.cacheFolder],
    parts: [
      etcd(facts),
      part("containerd", [facts.containerd, "--config", join(paths.config, "containerd.toml")]),
      apiServer(facts),
      controllerManager(facts),
      scheduler(facts),
      kubelet(facts),
      kubeProxy(facts),
    ],
  };
}

function etcd({ addresses, paths }: PlanFacts): Part {
  return built(paths, "etcd", {
    name: "node",
    "data-dir": paths.etcd,
    "listen-client-urls": "http://127.0.0.1:2379",
    "advertise-client-urls": "http://127.0.0.1:2379",
    "listen-peer-urls": "http://127.0.0.1:2380",
    "initial-advertise-peer-urls": "http://127.0.0.1:2380",
    "initial-cluster": "node=http://127.0.0.1:2380",
    "listen-metrics-urls": `http://${addresses.nodeIp}:${healthPorts.etcd}`,
    // The page cache outlives a killed process; only a machine that loses power could lose writes.
    "unsafe-no-fsync": "true",
    "log-level": "warn",
  });
}

function apiServer({ addresses, paths }: PlanFacts): Part {
  const pki = (file: string) => join(paths.pki, file);
  return built(paths, "kube-apiserver", {
    "advertise-address": addresses.nodeIp,
    "allow-privileged": "true",
    "authentication-config": join(paths.config, "authentication.yaml"),
    "authorization-mode": "Node,RBAC",
    "enable-admission-plugins": "NodeRestriction",
    "client-ca-file": pki("ca.crt"),
    "enable-aggregator-routing": "true",
    "etcd-servers": "http://127.0.0.1:2379",
    "kubelet-certificate-authority": pki("ca.crt"),
    "kubelet-client-certificate": pki("apiserver-kubelet-client.crt"),
    "kubelet-client-key": pki("apiserver-kubelet-client.key"),
    "kubelet-preferred-address-types": "InternalIP",
    "proxy-client-cert-file": pki("front-proxy-client.crt"),
    "proxy-client-key-file": pki("front-proxy-client.key"),
    "requestheader-allowed-names": "front-proxy-client",
    "requestheader-client-ca-file": pki("front-proxy-ca.crt"),
    "requestheader-extra-headers-prefix": "X-Remote-Extra-",
    "requestheader-group-headers": "X-Remote-Group",
    "requestheader-username-headers": "X-Remote-User",
    "secure-port": String(healthPorts["kube-apiserver"]),
    "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
    "service-account-key-file": pki("service-account.pub"),
    "service-account-signing-key-file": pki("service-account.key"),
    "service-cluster-ip-range": addresses.serviceCidr,
    "tls-cert-file": pki("apiserver.crt"),
    "tls-private-key-file": pki("apiserver.key"),
    profiling: "false",
    // One server has nobody to drain connections to.
    "shutdown-delay-duration": "0s",
  });
}

function controllerManager({ name, addresses, paths }: PlanFacts): Part {
  const flags = {
    ...clientFlags(paths, "kube-controller-manager"),
    "cluster-name": name,
    "cluster-signing-cert-file": join(paths.pki, "ca.crt"),
    "cluster-signing-key-file": join(paths.pki, "ca.key"),
    "root-ca-file": join(paths.pki, "ca.crt"),
    "service-account-private-key-file": join(paths.pki, "service-account.key"),
    "use-service-account-credentials": "true",
    // Its forty controllers log in one after the other; the default of 20 requests a second makes that 4 s.
    "kube-api-qps": "200",
    "kube-api-burst": "400",
  };
  return built(paths, "kube-controller-manager", flags, apiReady(addresses));
}

function scheduler({ addresses, paths }: PlanFacts): Part {
  return built(paths, "kube-scheduler", clientFlags(paths, "kube-scheduler"), apiReady(addresses));
}

/** Parts that would end at once, or pause for long, when started before the API server serves. */
function apiReady(addresses: AddressPlan): string {
  return `https://${addresses.nodeIp}:${String(healthPorts["kube-apiserver"])}/readyz`;
}

/** A single replica elects nobody; its health may be asked from the host. */
function clientFlags(paths: ClusterPaths, name: PartName): Record<string, string> {
  const kubeconfig = join(paths.config, `${name}.kubeconfig`);
  return {
    kubeconfig,
    "authentication-kubeconfig": kubeconfig,
    "authorization-kubeconfig": kubeconfig,
    "bind-address": "0.0.0.0",
    "leader-elect": "false",
    profiling: "false",
  };
}

function kubelet({ name, addresses, paths }: PlanFacts): Part {
  const flags = {
    config: join(paths.config, "kubelet.yaml"),
    kubeconfig: join(paths.config, "kubelet.kubeconfig"),
    "hostname-override": name,
    "node-ip": addresses.nodeIp,
  };
  return built(paths, "kubelet", flags, "unix:/run/containerd/containerd.sock");
}

function kubeProxy({ addresses, paths }: PlanFacts): Part {
  return built(paths, "kube-proxy", { config: join(paths.config, "kube-proxy.yaml") }, apiReady(addresses));
}

function built(
  paths: ClusterPaths,
  name: PartName,
  flags: Readonly<Record<string, string>>,
  after = "",
): Part {
  const argv = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
  return part(name, [join(paths.bin, name), ...argv], after);
}

function part(name: PartName, argv: readonly string[], after = ""): Part {
  const folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  return { name, argv, env: { PATH: folders.join(":") }, after };
}
