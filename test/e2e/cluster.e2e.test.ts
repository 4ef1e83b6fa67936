// SPDX-License-Identifier: Apache-2.0
/**
 * The local development cluster keeps its promises: two stand side by side, Pods run and find each other,
 * whatever is killed heals, and removal leaves nothing. And the registry that tests push to behaves as one.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { kubectlPath, localClusters, partNames, type Cluster } from "#hack/cluster/index.ts";
import { addressPlan } from "#hack/cluster/local/address-plan.ts";
import { presentCgroups } from "#hack/cluster/local/cgroups.ts";
import { heldNumber } from "#hack/cluster/local/claims.ts";
import { local } from "#hack/cluster/local/local.ts";
import { clusterPaths } from "#hack/cluster/local/paths.ts";
import { exists } from "#hack/lib/file.ts";
import { logToStderr } from "#hack/lib/log.ts";
import { identify, type ProcessRecord } from "#hack/lib/process-identity.ts";
import { run } from "#hack/lib/run.ts";
import { packScratchImage } from "#hack/lib/scratch-image.ts";
import { toolPath } from "#hack/tools/programs.ts";
import { messageOf } from "#lib/errors.ts";

const A = "e2e-cluster-a";
const B = "e2e-cluster-b";
const canRunNodes = process.platform === "linux" && process.getuid?.() === 0;

let scratch = "";
let crane = "";
let registry = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "cluster-e2e-"));
  crane = await toolPath("crane", logToStderr);
  registry = await toolPath("registry", logToStderr);
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe.runIf(canRunNodes)("a local node", () => {
  let a: Cluster;
  let b: Cluster;
  let kubectl = "";
  const k = (...args: string[]) => run(kubectl, ["--kubeconfig", a.kubeconfigPath, ...args]);

  beforeAll(async () => {
    kubectl = await kubectlPath(logToStderr);
    for (const name of [A, B]) await local.down(name, logToStderr);
  });
  afterAll(async () => {
    for (const name of [A, B]) await local.down(name, logToStderr);
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      for (const what of [
        ["pods", "-A", "-o", "wide"],
        ["events", "-A"],
      ]) {
        logToStderr(await k("get", ...what).catch(messageOf));
      }
    });
  });

  it("comes up twice at once, one of them after its first making was cut off", async () => {
    await cutOff(B);
    [a, b] = await Promise.all([local.up(A, logToStderr), local.up(B, logToStderr)]);
    expect(a.nodeIp).not.toBe(b.nodeIp);
    expect(await localClusters()).toEqual(expect.arrayContaining([A, B]));
    for (const cluster of [a, b]) expect(await cluster.status()).toMatchObject({ healthy: true });
  });

  it("is found healthy the second time, in a moment", async () => {
    const start = performance.now();
    await local.up(A, logToStderr);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("runs Pods from loaded images and from a registry on localhost, and they find each other", async () => {
    const archive = join(scratch, "registry.tar");
    const files = [
      { path: "/registry", source: registry },
      { path: "/crane", source: crane },
    ];
    await packScratchImage({ reference: "e2e/registry:1", files, entrypoint: ["/registry"] }, archive);
    await a.loadImage(archive);
    const manifest = join(scratch, "registry.yaml");
    await writeFile(manifest, JSON.stringify(registryInCluster()));
    await k("apply", "-f", manifest);
    await k("wait", "--for=condition=Ready", "pod/registry", "--timeout=60s");
    // A Ready Pod is behind its Service a moment later, when kube-proxy has heard of it.
    const port = `http://${a.nodeIp}:30500/v2/`;
    const status = () => fetch(port).then((answer) => answer.status);
    await expect.poll(() => status().catch(() => 0), { timeout: 30_000, interval: 100 }).toBe(200);
    await run(crane, ["push", "--insecure", archive, `${a.nodeIp}:30500/e2e/registry:2`]);
    await k("run", "pulled", "--image=localhost:30500/e2e/registry:2", "--", "--listen=:5000");
    await k("wait", "--for=condition=Ready", "pod/pulled", "--timeout=60s");
    const name = "registry.default.svc.cluster.local:5000/e2e/registry";
    expect(await k("exec", "pulled", "--", "/crane", "ls", "--insecure", name)).toBe("2\n");
    expect(await k("exec", "registry", "--", "/crane", "ls", "--insecure", name)).toBe("2\n");
    expect(await k("logs", "registry")).toContain("/v2/e2e/registry/manifests/2");
  });

  it("forwards ports", async () => {
    const forward = spawn(kubectl, [
      ...["--kubeconfig", a.kubeconfigPath],
      ...["port-forward", "svc/registry", ":5000", "--address=127.0.0.1"],
    ]);
    try {
      const address = /127\.0\.0\.1:\d+/.exec(await firstLine(forward))?.[0] ?? "";
      const answer = await fetch(`http://${address}/v2/_catalog`);
      expect(await answer.json()).toEqual({ repositories: ["e2e/registry"] });
    } finally {
      await ended(forward);
    }
  });

  it("lets nobody look around without a name", async () => {
    const base = `https://${a.nodeIp}:6443`;
    const status = async (path: string) =>
      (await promisify(execFile)("curl", ["-sk", "-o", "/dev/null", "-w", "%{http_code}", base + path]))
        .stdout;
    expect([await status("/livez"), await status("/version"), await status("/api/v1/pods")]).toEqual([
      "200",
      "401",
      "401",
    ]);
  });

  it.each(partNames)("heals after kill -9 of %s", async (part) => {
    const pidOf = async () => (await a.status()).parts.find((one) => one.part === part)?.pid;
    const before = await pidOf();
    await a.kill(part);
    await local.up(A, logToStderr);
    const after = await pidOf();
    expect(after).toBeTypeOf("number");
    expect(after).not.toBe(before);
    await k("wait", "--for=condition=Ready", "pod/registry", "pod/pulled", "--timeout=60s");
    const name = "localhost:5000/e2e/registry";
    expect(await k("exec", "registry", "--", "/crane", "ls", "--insecure", name)).toBe("2\n");
  });

  it("leaves nothing behind, and its neighbour alone", async () => {
    const traces = await Promise.all([a, b].map(traceOf));
    expect(await leftOf(traces[0])).not.toEqual([]);
    await a.down();
    expect(await leftOf(traces[0])).toEqual([]);
    expect(await b.status()).toMatchObject({ healthy: true });
    await b.down();
    expect(await leftOf(traces[1])).toEqual([]);
    expect(await a.status()).toMatchObject({ running: false, healthy: false, parts: [] });
    await a.down(); // once more is no error
  });
});

describe("the registry", () => {
  const password = "user:pass word";
  const login = `Basic ${Buffer.from(password).toString("base64")}`;

  async function serving<Result>(flags: string[], work: (base: string) => Promise<Result>): Promise<Result> {
    const child = spawn(registry, ["--listen=127.0.0.1:0", "--quiet", ...flags]);
    try {
      return await work(await firstLine(child));
    } finally {
      await ended(child);
    }
  }

  const put = (base: string, path: string, manifest: object, headers: Record<string, string> = {}) =>
    fetch(`${base}/v2/${path}`, {
      method: "PUT",
      headers: { "content-type": "application/vnd.oci.image.manifest.v1+json", ...headers },
      body: JSON.stringify(manifest),
    });
  const image = { schemaVersion: 2, config: {}, layers: [] };

  it("lists referrers, by type too, and after a restart", async () => {
    const flags = [`--dir=${join(scratch, "referrers")}`];
    const referrersOf = async (base: string, query = "") => {
      const answer = await fetch(`${base}/v2/team/app/referrers/${subject}${query}`);
      const index = (await answer.json()) as { manifests: { artifactType: string; annotations: unknown }[] };
      const types = index.manifests.map((one) => one.artifactType).sort();
      return { types, filtered: answer.headers.get("oci-filters-applied") };
    };
    let subject = "";
    await serving(flags, async (base) => {
      subject = (await put(base, "team/app/manifests/1.0", image)).headers.get("docker-content-digest") ?? "";
      expect(await referrersOf(base)).toEqual({ types: [], filtered: null });
      for (const artifactType of ["text/sbom", "text/vex"]) {
        const answer = await put(base, `team/app/manifests/${artifactType.slice(5)}`, {
          ...image,
          artifactType,
          subject: { digest: subject },
        });
        expect(answer.headers.get("oci-subject")).toBe(subject);
      }
    });
    await serving(flags, async (base) => {
      expect(await referrersOf(base)).toEqual({ types: ["text/sbom", "text/vex"], filtered: null });
      const wanted = await referrersOf(base, "?artifactType=text%2Fvex");
      expect(wanted).toEqual({ types: ["text/vex"], filtered: "artifactType" });
      expect((await fetch(`${base}/v2/team/app/manifests/1.0`)).status).toBe(200);
    });
  });

  it("can do without referrers", async () => {
    await serving(["--referrers=false"], async (base) => {
      const subject = { digest: `sha256:${"0".repeat(64)}` };
      const answer = await put(base, "app/manifests/1", { ...image, subject });
      expect(answer.headers.get("oci-subject")).toBeNull();
      expect((await fetch(`${base}/v2/app/referrers/${subject.digest}`)).status).toBe(404);
    });
  });

  it("refuses a manifest under another's digest", async () => {
    await serving([], async (base) => {
      expect((await put(base, `app/manifests/sha256:${"0".repeat(64)}`, image)).status).toBe(400);
    });
  });

  it("asks for a password", async () => {
    await serving([`--basic=${password}`], async (base) => {
      const answer = await fetch(`${base}/v2/`);
      expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
        401,
        'Basic realm="registry"',
      ]);
      expect((await fetch(`${base}/v2/`, { headers: { authorization: login } })).status).toBe(200);
    });
  });

  it("trades the password for a token that covers one scope", async () => {
    await serving([`--basic=${password}`, "--token"], async (base) => {
      const refused = await put(base, "team/app/manifests/1", image);
      const challenge = refused.headers.get("www-authenticate") ?? "";
      const scope = "repository:team/app:pull,push";
      expect(challenge).toBe(`Bearer realm="${base}/token",service="registry",scope="${scope}"`);
      const ask = `${base}/token?service=registry&scope=${encodeURIComponent(scope)}`;
      expect((await fetch(ask)).status).toBe(401);
      const { token } = (await (await fetch(ask, { headers: { authorization: login } })).json()) as {
        token: string;
      };
      const authorization = `Bearer ${token}`;
      expect((await put(base, "team/app/manifests/1", image, { authorization })).status).toBe(201);
      expect((await put(base, "other/app/manifests/1", image, { authorization })).status).toBe(401);
    });
  });

  it("serves TLS", async () => {
    const [cert, key] = [join(scratch, "tls.crt"), join(scratch, "tls.key")];
    await run("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
    ]);
    await serving([`--tls-cert=${cert}`, `--tls-key=${key}`], async (base) => {
      expect(base).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
      expect(await run("curl", ["-sf", "--cacert", cert, `${base}/v2/_catalog`])).toContain("repositories");
    });
  });
});

/** Starts to make a cluster and kills the maker, not the node, as soon as the node has a first process. */
async function cutOff(name: string): Promise<void> {
  const main = join(import.meta.dirname, "..", "..", "hack", "cluster", "main.ts");
  const maker = spawn(process.execPath, [main, "up", "--name", name], { stdio: "ignore" });
  const record = join(clusterPaths(name).records, "supervisor.json");
  const limit = performance.now() + 60_000;
  while (!(await exists(record)) && performance.now() < limit) await new Promise(setImmediate);
  maker.kill("SIGKILL");
  expect(await exists(record)).toBe(true);
}

function registryInCluster(): object {
  const labels = { app: "registry" };
  const container = {
    name: "registry",
    image: "e2e/registry:1",
    imagePullPolicy: "Never",
    args: ["--listen=:5000", "--dir=/data"],
    readinessProbe: { httpGet: { path: "/v2/", port: 5000 }, periodSeconds: 1 },
    volumeMounts: [{ name: "data", mountPath: "/data" }],
  };
  const data = { name: "data", hostPath: { path: "/var/lib/e2e-registry", type: "DirectoryOrCreate" } };
  const items = [
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "registry", labels },
      spec: { containers: [container], volumes: [data], terminationGracePeriodSeconds: 1 },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "registry" },
      spec: { type: "NodePort", selector: labels, ports: [{ port: 5000, nodePort: 30500 }] },
    },
  ];
  return { apiVersion: "v1", kind: "List", items };
}

interface Trace {
  readonly root: string;
  readonly number: number;
  readonly pidNamespace: string;
}

async function traceOf(cluster: Cluster): Promise<Trace> {
  const { root, records } = clusterPaths(cluster.name);
  const text = await readFile(join(records, "supervisor.json"), "utf8");
  const { pidNamespace } = JSON.parse(text) as ProcessRecord;
  return { root, number: (await heldNumber(root)) ?? 0, pidNamespace };
}

/** Everything of the cluster that the machine still has, in words. */
async function leftOf(trace: Trace | undefined): Promise<string[]> {
  if (!trace) throw new Error("no trace");
  const plan = addressPlan(trace.number);
  const left: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const namespace = await readlink(`/proc/${pid}/ns/pid`).catch(() => "");
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    const ours = namespace === trace.pidNamespace || command.includes(trace.root);
    if (ours && (await identify(Number(pid)))) left.push(`process ${pid} ${command}`);
  }
  const has = async (what: string, text: Promise<string>, needles: string[]) => {
    const lines = (await text.catch(() => "")).split("\n");
    left.push(
      ...lines.filter((line) => needles.some((one) => line.includes(one))).map((line) => `${what} ${line}`),
    );
  };
  await has("mount", readFile("/proc/self/mountinfo", "utf8"), [trace.root]);
  await has("link", run("ip", ["-o", "link"]), [`${plan.hostLink}@`, `${plan.hostLink}:`]);
  await has("route", run("ip", ["-4", "route"]), [plan.podCidr, plan.serviceCidr, plan.linkCidr]);
  await has("rule", run("iptables-save", []), [plan.podCidr, plan.serviceCidr, plan.nodeIp]);
  left.push(...(await presentCgroups(plan.cgroup)));
  if (await exists(trace.root)) left.push(trace.root);
  if ((await heldNumber(trace.root)) !== undefined) left.push(`number ${String(trace.number)}`);
  return left;
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`ended with ${String(code)} before it said anything`));
    });
    if (child.stdout) createInterface(child.stdout).once("line", resolve);
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await exit;
}
