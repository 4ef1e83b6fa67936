// SPDX-License-Identifier: Apache-2.0
/**
 * The configuration files of a local node, as text by file name. Choices that look odd have their reason
 * beside them; the rest are the parts' own defaults.
 */
import { join } from "node:path";
import { stringify } from "yaml";
import type { AddressPlan } from "./address-plan.ts";
import type { ClusterPaths } from "./paths.ts";

export const PAUSE_IMAGE = "docker.io/stellaops-dev/pause:local";

export interface NodeFacts {
  readonly name: string;
  readonly plan: AddressPlan;
  readonly paths: ClusterPaths;
  readonly cniFolder: string;
}

/** Files below `config/`, by name. Kubeconfigs are made apart: see kubeconfig.ts. */
export function configFiles(facts: NodeFacts): Readonly<Record<string, string>> {
  return {
    "authentication.yaml": stringify(authentication),
    "containerd.toml": containerdConfig(facts),
    "cni/10-stellaops.conflist": `${JSON.stringify(cniConfig(facts.plan), null, 2)}\n`,
    "kubelet.yaml": stringify(kubeletConfig(facts)),
    "kube-proxy.yaml": stringify(kubeProxyConfig(facts)),
    // What Pods with dnsPolicy Default get: no name server, since no name outside the cluster can be resolved.
    "resolv.conf": "options ndots:1\n",
  };
}

/** Anonymous requests for health only. */
const authentication = {
  apiVersion: "apiserver.config.k8s.io/v1",
  kind: "AuthenticationConfiguration",
  anonymous: {
    enabled: true,
    conditions: [{ path: "/livez" }, { path: "/readyz" }, { path: "/healthz" }],
  },
};

function kubeletConfig({ plan, paths }: NodeFacts) {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(paths.pki, "ca.crt") },
    },
    authorization: { mode: "Webhook" },
    address: plan.nodeIp,
    healthzBindAddress: plan.nodeIp,
    healthzPort: 10248,
    tlsCertFile: join(paths.pki, "kubelet-server.crt"),
    tlsPrivateKeyFile: join(paths.pki, "kubelet-server.key"),
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${plan.cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    clusterDNS: [plan.dnsIp],
    clusterDomain: "cluster.local",
    resolvConf: join(paths.config, "resolv.conf"),
    containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
    serializeImagePulls: false,
    maxParallelImagePulls: 3,
    // An image that was loaded, and pulled under another name too, would need that registry for ever after.
    imagePullCredentialsVerificationPolicy: "NeverVerify",
    // The disk is the developer's: how full it is must neither evict Pods nor delete loaded images.
    imageGCHighThresholdPercent: 100,
    evictionHard: { "imagefs.available": "0%", "nodefs.available": "0%", "nodefs.inodesFree": "0%" },
  };
}

function kubeProxyConfig({ name, plan, paths }: NodeFacts) {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "iptables",
    hostnameOverride: name,
    clusterCIDR: plan.podCidr,
    clientConnection: { kubeconfig: join(paths.config, "kube-proxy.kubeconfig") },
    // Zero leaves the machine's conntrack limits alone; they are not the node's to set.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    iptables: { minSyncPeriod: "100ms" },
    healthzBindAddress: "0.0.0.0:10256",
    metricsBindAddress: "127.0.0.1:10249",
  };
}

function containerdConfig({ paths, cniFolder }: NodeFacts): string {
  const quote = (text: string) => JSON.stringify(text);
  return [
    "version = 2",
    'root = "/var/lib/containerd"',
    'state = "/run/containerd"',
    "[grpc]",
    '  address = "/run/containerd/containerd.sock"',
    '[plugins."io.containerd.grpc.v1.cri"]',
    `  sandbox_image = ${quote(PAUSE_IMAGE)}`,
    "  # Where lowering oom_score_adj is not permitted, runc could not start anything without this.",
    "  restrict_oom_score_adj = true",
    '  [plugins."io.containerd.grpc.v1.cri".containerd]',
    '    snapshotter = "overlayfs"',
    '  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]',
    '    runtime_type = "io.containerd.runc.v2"',
    '  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]',
    "    SystemdCgroup = false",
    '  [plugins."io.containerd.grpc.v1.cri".cni]',
    `    bin_dir = ${quote(cniFolder)}`,
    `    conf_dir = ${quote(join(paths.config, "cni"))}`,
    "",
  ].join("\n");
}

/**
 * ptp gives each Pod a routed link of its own. On a bridge, answers between two Pods would bypass the
 * translation of a Service's address unless br_netfilter is loaded, which a machine may not have.
 */
function cniConfig(plan: AddressPlan) {
  return {
    cniVersion: "0.4.0",
    name: "stellaops",
    plugins: [
      {
        type: "ptp",
        ipMasq: true,
        ipam: {
          type: "host-local",
          // Below /run, so that a new boot of the node starts with no address taken.
          dataDir: "/run/cni-ipam",
          ranges: [[{ subnet: plan.podCidr }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}
