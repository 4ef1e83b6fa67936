// SPDX-License-Identifier: Apache-2.0
/** What a node is configured with: files, command lines, certificates, request paths. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { addressPlan } from "./address-plan.ts";
import { certificateRequests, opensslConfig } from "./certificates.ts";
import { dnsObjects } from "./cluster-dns.ts";
import { configFiles } from "./configs.ts";
import { objectPath } from "./kube-api.ts";
import { clusterPaths } from "./paths.ts";
import { supervisorPlan } from "./plan.ts";

const plan = addressPlan(3);
const paths = clusterPaths("one");
const files = configFiles({ name: "one", plan, paths, cniFolder: "/opt/cni/bin" });
const parsed = (file: string) => parse(files[file] ?? "") as Record<string, unknown>;

describe("configFiles", () => {
  it("ties the kubelet to its own cgroup, address and DNS", () => {
    expect(parsed("kubelet.yaml")).toMatchObject({
      cgroupRoot: "/stellaops-3",
      address: "10.99.3.2",
      clusterDNS: ["10.96.3.10"],
      authentication: { anonymous: { enabled: false } },
      authorization: { mode: "Webhook" },
    });
  });

  it("lets nobody in without a name but for health", () => {
    expect(parsed("authentication.yaml")["anonymous"]).toEqual({
      enabled: true,
      conditions: [{ path: "/livez" }, { path: "/readyz" }, { path: "/healthz" }],
    });
  });

  it("gives Pods addresses of this cluster only", () => {
    const cni = JSON.parse(files["cni/10-stellaops.conflist"] ?? "") as { plugins: unknown[] };
    expect(cni.plugins[0]).toMatchObject({ type: "ptp", ipam: { ranges: [[{ subnet: "10.244.3.0/24" }]] } });
    expect(parsed("kube-proxy.yaml")["clusterCIDR"]).toBe("10.244.3.0/24");
  });

  it("tells containerd where the plug-ins are and which image is the sandbox", () => {
    expect(files["containerd.toml"]).toContain('bin_dir = "/opt/cni/bin"');
    expect(files["containerd.toml"]).toContain('sandbox_image = "docker.io/stellaops-dev/pause:local"');
    expect(files["containerd.toml"]).toContain("restrict_oom_score_adj = true");
  });
});

describe("supervisorPlan", () => {
  const made = supervisorPlan({
    name: "one",
    addresses: plan,
    paths,
    cacheFolder: "/cache",
    containerd: "/usr/bin/containerd",
  });

  it("covers /run and /var and keeps the cache visible", () => {
    expect(made.binds.map((bind) => bind.target)).toEqual(["/run", "/var"]);
    expect(made.keep).toEqual(["/cache"]);
  });

  it("starts what needs the API server after it", () => {
    expect(Object.fromEntries(made.parts.map((part) => [part.name, part.after]))).toEqual({
      etcd: "",
      containerd: "",
      "kube-apiserver": "",
      "kube-controller-manager": "https://10.99.3.2:6443/readyz",
      "kube-scheduler": "https://10.99.3.2:6443/readyz",
      kubelet: "unix:/run/containerd/containerd.sock",
      "kube-proxy": "https://10.99.3.2:6443/readyz",
    });
  });

  it("elects no leaders and authorizes by role", () => {
    const argv = made.parts.flatMap((part) => part.argv);
    expect(argv.filter((word) => word === "--leader-elect=false")).toHaveLength(2);
    expect(argv).toContain("--authorization-mode=Node,RBAC");
    expect(argv).toContain("--service-cluster-ip-range=10.96.3.0/24");
  });
});

describe("certificates", () => {
  const requests = certificateRequests(plan, "one");
  const configOf = (file: string) => {
    const request = requests.find((one) => one.file === file);
    return request === undefined ? undefined : opensslConfig(request);
  };

  it("names the API server by every address that reaches it", () => {
    const names = requests.find((one) => one.file === "apiserver")?.names;
    expect(names).toEqual(
      expect.arrayContaining(["IP:10.99.3.2", "IP:10.96.3.1", "DNS:kubernetes.default.svc"]),
    );
    expect(configOf("apiserver")).toContain("extendedKeyUsage = serverAuth");
  });

  it("makes the kubelet a member of system:nodes", () => {
    expect(configOf("kubelet")).toContain("O = system:nodes\nCN = system:node:one\n");
    expect(configOf("kubelet")).toContain("extendedKeyUsage = clientAuth");
  });
});

it("finds the path of each DNS object", () => {
  expect(dnsObjects("10.96.3.10").map(objectPath)).toEqual([
    "/api/v1/namespaces/kube-system/serviceaccounts/coredns",
    "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:coredns",
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:coredns",
    "/api/v1/namespaces/kube-system/configmaps/coredns",
    "/apis/apps/v1/namespaces/kube-system/deployments/coredns",
    "/api/v1/namespaces/kube-system/services/kube-dns",
  ]);
});
