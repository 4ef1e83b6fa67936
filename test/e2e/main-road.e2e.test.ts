// SPDX-License-Identifier: Apache-2.0
/**
 * The main road on a real cluster: Pods become Scans and Reports, policies change verdicts without a scan, waivers
 * end by themselves, bad Pods are refused, and nothing is lost when the operator is killed.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apply, applyText } from "#hack/demo/kubectl.ts";
import { rfc3339 } from "#lib/clock.ts";
import type { OpenReport } from "#controllers/open-report/index.ts";
import { builtin, defineResource } from "#lib/kube/index.ts";
import type { KubeObject } from "#lib/kube/index.ts";
import { resources } from "#crds/index.ts";
import type { Report, Scan } from "#crds/index.ts";
import type { ReportDocument } from "#engines/evaluation/index.ts";
import { parseReference } from "#lib/oci/reference.ts";
import { Referrers } from "#lib/oci/referrers.ts";
import { RegistryClient } from "#lib/oci/registry-client.ts";
import { cycloneDxValidator } from "#test/support/cyclonedx-schema.ts";
import { eventually } from "#test/support/eventually.ts";
import { install, REGISTRY } from "#test/support/installation.ts";
import type { Installation } from "#test/support/installation.ts";
import { writeSmallImages } from "#test/support/small-images.ts";

const run = promisify(execFile);
const reports = defineResource<Report>(resources.reports);
const scans = defineResource<Scan>(resources.scans);
/** The registry as Pods reach it. */
const INSIDE = "registry.stellaops-demo.svc:5000";
const MANY = Array.from({ length: 20 }, (_, index) => `many/app-${index}:1`);
const KILLED = Array.from({ length: 50 }, (_, index) => `killed/app-${index}:1`);

let at: Installation;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stella-e2e-road-"));
  const [installed, layout] = await Promise.all([install("e2e-road"), writeImages(folder)]);
  at = installed;
  for (const ref of ["shop/bad:1", "shop/good:1", "shop/waived:1", "built/app:1", ...MANY, ...KILLED]) {
    await at.push(`oci-dir:${layout}:${ref}`, ref);
  }
  await apply(at.kubectl, "-f", "test/e2e/testdata/openreports-crd.yaml");
  await applyText(at.kubectl, SETTINGS);
  await apply(at.kubectl, "-f", "config/samples/advisorysource.yaml");
  await eventually("the operator is ready", async () => isReady("stellaops", "stellaops"), 120_000);
  await eventually("feeds are imported", async () => isReady("advisorysource", "kit-npm", "stellaops"));
});

afterAll(async () => {
  // Undefined when the installation itself failed; a cluster that was made goes in any case.
  await (at as Installation | undefined)?.remove();
  await rm(folder, { recursive: true, force: true });
});

const writeImages = (into: string): Promise<string> =>
  writeSmallImages(into, [
    { ref: "shop/bad:1", npm: { cryptiles: "4.1.1" } },
    { ref: "shop/good:1", npm: { cryptiles: "4.1.3" } },
    { ref: "shop/waived:1", npm: { jws: "2.0.0" } },
    ...["built/app:1", ...MANY, ...KILLED].map((ref) => ({ ref })),
  ]);

const SETTINGS = `
apiVersion: v1
kind: Namespace
metadata: { name: road }
---
apiVersion: v1
kind: Namespace
metadata: { name: gated }
---
apiVersion: stella-ops.org/v1alpha1
kind: StellaOps
metadata: { name: stellaops }
spec:
  reportRetention: 2s
  components: { webhook: { replicas: 2, failClosedNamespaces: [gated] } }
  discovery: { excludeNamespaces: [stellaops, stellaops-demo, kube-system] }
  registries:
    - host: ${REGISTRY}
      mirrors: [{ url: "http://registry.stellaops-demo.svc:5000" }]
    - { host: "${INSIDE}", insecure: true }
  scan:
    attachedSboms: { repositories: ["${INSIDE}/built/*"] }
    attachedVex: { repositories: ["${INSIDE}/built/*"] }
`;

async function isReady(kind: string, name: string, namespace = ""): Promise<boolean> {
  const flags = namespace === "" ? [] : ["-n", namespace];
  const path = '-o=jsonpath={.status.conditions[?(@.type=="Ready")].status}';
  return (await at.kubectl("get", kind, name, ...flags, path)).trim() === "True";
}

const pod = (namespace: string, name: string, image: string): string => `
apiVersion: v1
kind: Pod
metadata: { namespace: ${namespace}, name: ${name}, labels: { app: ${name} } }
spec:
  terminationGracePeriodSeconds: 0
  containers: [{ name: main, image: "${REGISTRY}/${image}" }]
`;

const reportOn = async (namespace: string, repository: string): Promise<Report | undefined> =>
  (await at.client.list(reports, { namespace })).items.find(
    ({ spec }) => spec.repository === `${REGISTRY}/${repository}`,
  );

const verdictOf = (
  namespace: string,
  repository: string,
  verdict: string,
  waived?: number,
): Promise<Report> =>
  eventually(`${repository} in ${namespace} is ${verdict}`, async () => {
    const report = await reportOn(namespace, repository);
    const hasWaived = waived === undefined || report?.status?.waived === waived;
    if (report?.status?.verdict === verdict && hasWaived) return report;
    throw new Error(JSON.stringify(report?.status?.conditions ?? "no report"));
  });

const scanStates = async (): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (await at.client.list(scans, {})).items.map(({ metadata, status }) => [
      metadata.name,
      `${status?.finishTime ?? ""} ${JSON.stringify(status?.layers)}`,
    ]),
  );

const policy = (namespace: string, name: string, spec: string): string => `
apiVersion: stella-ops.org/v1alpha1
kind: ScanPolicy
metadata: { namespace: ${namespace}, name: ${name} }
spec: ${spec}
`;

describe("reports", () => {
  it("says what runs, with verdict and worst findings", async () => {
    await applyText(
      at.kubectl,
      pod("road", "bad", "shop/bad:1") + "---" + pod("road", "good", "shop/good:1"),
    );
    const bad = await verdictOf("road", "shop/bad", "fail");
    const good = await verdictOf("road", "shop/good", "pass");
    expect(bad.status?.worst?.[0]).toMatchObject({
      id: "CVE-2018-1000620",
      purl: "pkg:npm/cryptiles@4.1.1",
      action: "fail",
    });
    expect(bad.status?.owners).toEqual([{ kind: "Pod", name: "bad" }]);
    expect(good.status?.counts?.critical).toBe(0);
    expect(bad.metadata.name).toMatch(/^bad-[0-9a-f]{12}$/);
  });

  it("says the same as OpenReports", async () => {
    const { metadata } = await verdictOf("road", "shop/bad", "fail");
    const said = await eventually("the report for dashboards is there", async () => {
      const text = await at.kubectl("-n", "road", "get", "reports.openreports.io", metadata.name, "-o=json");
      return JSON.parse(text) as OpenReport;
    });
    expect(said).toMatchObject({
      source: "StellaOps",
      scope: { kind: "Pod", name: "bad", namespace: "road" },
      summary: { error: 0, pass: 0 },
    });
    expect(said.results.slice(0, 2)).toMatchObject([
      { policy: "verdict", result: "fail" },
      { policy: "CVE-2018-1000620", result: "fail", severity: "critical" },
    ]);
  });

  it("prints the columns that people look for", async () => {
    const table = await at.kubectl("get", "rep", "-A");
    expect(table.split("\n")[0]?.trim().split(/\s+/)).toEqual([
      "NAMESPACE",
      "NAME",
      "IMAGE",
      "VERDICT",
      "CRIT",
      "HIGH",
      "MED",
      "WAIVED",
      "SIGNED",
      "AGE",
    ]);
  });

  it("changes verdicts with the policy, without a scan", async () => {
    const before = await scanStates();
    const lenient = "{ rules: [{ name: all-may-pass, match: { severity: '>=low' }, action: warn }] }";
    await applyText(at.kubectl, policy("stellaops", "road", lenient));
    await verdictOf("road", "shop/bad", "warn");
    expect(await scanStates()).toEqual(before);
    await at.kubectl("-n", "stellaops", "delete", "scanpolicy", "road");
    await verdictOf("road", "shop/bad", "fail");
    expect(await scanStates()).toEqual(before);
  });

  it("ends a waiver by itself, without a scan", async () => {
    await applyText(at.kubectl, pod("road", "waived", "shop/waived:1"));
    // The built-in baseline only warns of what has no fix.
    await verdictOf("road", "shop/waived", "warn");
    const before = await scanStates();
    const until = rfc3339(Date.now() + 12_000);
    const rules = `[{ name: until-soon, match: { cve: [CVE-2016-1000223] }, action: { ignore: { until: "${until}", justification: a test } } }, { name: high, match: { severity: ">=high" }, action: fail }]`;
    await applyText(at.kubectl, policy("stellaops", "road", `{ rules: ${rules} }`));
    const waived = await verdictOf("road", "shop/waived", "pass", 1);
    expect(waived.status?.nextExpiry).toBe(until);
    await verdictOf("road", "shop/waived", "fail", 0);
    expect(await scanStates()).toEqual(before);
    await at.kubectl("-n", "stellaops", "delete", "scanpolicy", "road");
  });

  it("removes the Report of a workload that is gone, after the retention", async () => {
    await at.kubectl("-n", "road", "delete", "pod", "good", "--wait");
    await eventually("the report is gone", async () => (await reportOn("road", "shop/good")) === undefined);
    await eventually("what dashboards show is gone", async () => {
      const names = await at.kubectl("-n", "road", "get", "reports.openreports.io", "-o=name");
      return !names.includes("/good-");
    });
    await eventually(
      "its scan too",
      async () => ![...(await scanStates()).keys()].some((name) => name.startsWith("good-")),
      120_000,
    );
  });

  it("refuses a policy that is wrong, by field, and keeps the one in force", async () => {
    const bad = (match: string) => `{ rules: [{ name: typo, match: { ${match} }, action: fail }] }`;
    const refusal = await applyText(at.kubectl, policy("road", "typo", bad("severty: [high]"))).then(
      () => "applied",
      (error: unknown) => String(error),
    );
    expect(refusal).toMatch(/scanpolicies\.stella-ops\.org.*rules\[0\]\.match\.severty.*severity/s);
    await applyText(at.kubectl, policy("road", "typo", bad("severity: [high]")));
    await at.kubectl("-n", "road", "delete", "scanpolicy", "typo");
  });

  it("takes the SBOM and the VEX that are attached in a trusted repository, and says so", async () => {
    const there = parseReference(`${at.registry}/built/app:1`);
    const settings = { hosts: { [at.registry]: { plainHttp: true } } };
    const client = new RegistryClient(settings);
    const referrers = new Referrers(there, settings);
    const { digest, mediaType, bytes } = await client.manifest(there);
    const type = "application/vnd.cyclonedx+json";
    const bom = {
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      components: [{ type: "library", name: "jws", version: "2.0.0", purl: "pkg:npm/jws@2.0.0" }],
    };
    const attached = await referrers.attach(
      { digest, mediaType, size: bytes.length },
      { artifactType: type, mediaType: type, bytes: Buffer.from(JSON.stringify(bom)) },
    );
    const vexType = "application/vnd.openvex+json";
    const vex = {
      "@context": "https://openvex.dev/ns/v0.2.0",
      statements: [
        { vulnerability: { name: "CVE-2016-1000223" }, products: ["pkg:npm/jws"], status: "fixed" },
      ],
    };
    await referrers.attach(
      { digest, mediaType, size: bytes.length },
      { artifactType: vexType, mediaType: vexType, bytes: Buffer.from(JSON.stringify(vex)) },
    );
    await Promise.all([referrers.close(), client.close()]);
    await applyText(
      at.kubectl,
      `
apiVersion: stella-ops.org/v1alpha1
kind: Scan
metadata: { namespace: stellaops, name: built-app }
spec: { imageRef: "${INSIDE}/built/app:1" }
`,
    );
    const scan = await eventually("the attached SBOM is read", async () => {
      const found = await at.client.get(scans, { namespace: "stellaops", name: "built-app" });
      if (found.status?.phase === "Succeeded") return found;
      throw new Error(JSON.stringify(found.status));
    });
    expect(scan.status).toMatchObject({
      attachedSbom: attached.digest,
      attachedVex: { documents: 1, statements: 1, leftOut: 0 },
      layers: { cached: 0, analyzed: 0 },
      components: 1,
    });
  });

  it("says why an image cannot be scanned", async () => {
    const scan = (name: string, image: string): string => `
apiVersion: stella-ops.org/v1alpha1
kind: Scan
metadata: { namespace: road, name: ${name} }
spec: { imageRef: "${image}" }
---`;
    await applyText(
      at.kubectl,
      scan("unknown", `${REGISTRY}/no/such:1`) + scan("nowhere", "registry.invalid/app:1"),
    );
    const reason = (name: string) =>
      eventually(
        `${name} failed`,
        async () => {
          const { status } = await at.client.get(scans, { namespace: "road", name });
          return status?.phase === "Failed"
            ? status.conditions?.find(({ type }) => type === "Ready")?.reason
            : undefined;
        },
        120_000,
      );
    expect(await reason("unknown")).toBe("ImageMissing");
    expect(await reason("nowhere")).toBe("RegistryUnavailable");
    await at.kubectl("-n", "road", "delete", "scan", "unknown", "nowhere");
  });
});

describe("knowledge", () => {
  const NEWS = {
    id: "ROAD-1",
    modified: "2026-01-01T00:00:00Z",
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
    affected: [
      {
        package: { ecosystem: "npm", name: "cryptiles" },
        ranges: [{ type: "SEMVER", events: [{ introduced: "4.1.3" }, { fixed: "4.1.4" }] }],
      },
    ],
  };
  const VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.com/vex/road-1",
    author: "Road team",
    timestamp: "2026-01-02T00:00:00Z",
    version: 1,
    statements: [
      {
        vulnerability: { name: "ROAD-1" },
        products: [{ "@id": "pkg:npm/cryptiles@4.1.3" }],
        status: "not_affected",
        justification: "vulnerable_code_not_in_execute_path",
      },
    ],
  };
  const source = (kind: string, name: string, document: object): string => `
apiVersion: v1
kind: ConfigMap
metadata: { namespace: stellaops, name: ${name} }
data: { "${name}.json": '${JSON.stringify(document)}' }
---
apiVersion: stella-ops.org/v1alpha1
kind: ${kind}
metadata: { namespace: stellaops, name: ${name} }
spec: { configMap: { name: ${name} } }
`;

  it("changes the reports that it concerns and no other, tells of it, and is answered by VEX", async () => {
    await applyText(at.kubectl, pod("road", "fresh", "shop/good:1"));
    const before = await verdictOf("road", "shop/good", "pass");
    const other = await verdictOf("road", "shop/waived", "warn");

    await applyText(at.kubectl, source("AdvisorySource", "road-news", NEWS));
    const hit = await verdictOf("road", "shop/good", "fail");
    expect(hit.status?.worst?.[0]).toMatchObject({ id: "ROAD-1", fixedVersion: "4.1.4", action: "fail" });
    expect(hit.status?.digests?.advisories).not.toBe(before.status?.digests?.advisories);
    const untouched = await verdictOf("road", "shop/waived", "warn");
    expect(untouched.status?.digests).toEqual(other.status?.digests);
    await eventually("an Event tells of it", async () => {
      const path = `--field-selector=reason=RescanDelta,regarding.name=${hit.metadata.name}`;
      const text = await at.kubectl(
        "-n",
        "road",
        "get",
        "events.events.k8s.io",
        path,
        "-o=jsonpath={.items[*].note}",
      );
      return text.includes("ROAD-1");
    });

    await applyText(at.kubectl, source("VexSource", "road-vex", VEX));
    const answered = await verdictOf("road", "shop/good", "pass");
    expect(answered.status?.suppressed).toBe(1);
    expect((await verdictOf("road", "shop/waived", "warn")).status?.digests).toEqual(other.status?.digests);

    await at.kubectl("-n", "stellaops", "delete", "vexsource,configmap", "road-vex", "--ignore-not-found");
    await verdictOf("road", "shop/good", "fail");
    await at.kubectl(
      "-n",
      "stellaops",
      "delete",
      "advisorysource,configmap",
      "road-news",
      "--ignore-not-found",
    );
    await verdictOf("road", "shop/good", "pass");
    await at.kubectl("-n", "road", "delete", "pod", "fresh", "--wait");
  });

  it("says by metric how fresh each source is", async () => {
    const pods = await at.kubectl("-n", "stellaops", "get", "pods", "-o=name");
    const operator = /^pod\/(stellaops-operator-\S+)$/m.exec(pods)?.[1] ?? "";
    const metrics = `/api/v1/namespaces/stellaops/pods/${operator}:8080/proxy/metrics`;
    const text = await at.kubectl("get", `--raw=${metrics}`);
    expect(text).toMatch(
      /^stella_source_last_success_timestamp_seconds\{kind="AdvisorySource",source="stellaops\/kit-npm"\} 1[0-9]{9}$/m,
    );
    expect(text).toMatch(/^stella_stale_sources\{kind="AdvisorySource"\} 0$/m);
  });
});

describe("the REST API and the command", () => {
  const stella = async (...args: string[]): Promise<string> => {
    const { stdout } = await run("npx", [
      "stella",
      ...args,
      "--kubeconfig",
      at.cluster.kubeconfigPath,
      "--context",
      at.cluster.context,
    ]);
    return stdout;
  };

  it("prints the full report of a Report, and lists like kubectl", async () => {
    const { metadata, spec } = await verdictOf("road", "shop/bad", "fail");
    const full = JSON.parse(await stella("report", metadata.name, "-n", "road", "--json")) as ReportDocument;
    expect(full.imageDigest).toBe(spec.imageDigest);
    expect(full.findings.map(({ id }) => id)).toContain("CVE-2018-1000620");
    expect(await stella("get", "reports", "-A")).toMatch(/NAMESPACE +NAME +IMAGE +VERDICT/);
  });

  it("asks the API server who is calling and what they may", async () => {
    const { spec } = await verdictOf("road", "shop/bad", "fail");
    const ask = await restApi();
    const viewer = await tokenOf("stellaops", "stellaops-viewer");
    const stranger = await tokenOf("road", "default");
    const sbom = `/api/sboms/${spec.imageDigest}`;
    expect(await ask("/api/reports", undefined)).toMatchObject({ status: 401 });
    expect(await ask("/api/reports", "not.a.token")).toMatchObject({ status: 401 });
    expect(await ask("/api/reports", stranger)).toMatchObject({ status: 403 });
    expect(await ask(sbom, stranger)).toMatchObject({ status: 404 });
    const listed = await ask("/api/reports?namespace=road", viewer);
    expect(listed.status).toBe(200);
    const document = await ask(sbom, viewer);
    expect(document.status).toBe(200);
    const validate = cycloneDxValidator();
    expect(validate(JSON.parse(document.body)) ? [] : validate.errors).toEqual([]);
    expect((await ask("/openapi.json", viewer)).body).toContain("/api/catalog/artifacts/{id}");
  });

  /** The API's Service answers on the host too: its address is routed to the node. */
  async function restApi() {
    const ca = (
      await at.kubectl("-n", "stellaops", "get", "configmap", "stellaops-ca", "-o=jsonpath={.data.ca\\.crt}")
    ).trim();
    const host = (
      await at.kubectl("-n", "stellaops", "get", "service", "stellaops-api", "-o=jsonpath={.spec.clusterIP}")
    ).trim();
    return (path: string, token: string | undefined) =>
      new Promise<{ status: number; body: string }>((resolve, reject) => {
        const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
        get(
          { host, port: 8443, path, ca, servername: "stellaops-api.stellaops.svc", headers },
          (response) => {
            let body = "";
            response.setEncoding("utf8").on("data", (text: string) => (body += text));
            response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
          },
        ).on("error", reject);
      });
  }

  const tokenOf = async (namespace: string, account: string): Promise<string> =>
    (await at.kubectl("-n", namespace, "create", "token", account)).trim();
});

describe("admission", () => {
  beforeAll(async () => {
    const gate = `{ enforcement: enforce, selector: { namespaces: [gated] }, admission: { requireVerdict: warn, onUnknown: warn, deniedTags: [latest] }, rules: [{ name: critical, match: { severity: [critical] }, action: fail }] }`;
    await applyText(at.kubectl, policy("stellaops", "gate", gate));
    await eventually("the webhook is there", async () => isReady("stellaops", "stellaops"), 120_000);
  });

  const refusal = (image: string): Promise<string> =>
    applyText(at.kubectl, pod("gated", "try", image)).then(
      () => "",
      (error: unknown) => String(error),
    );

  it("refuses a Pod whose image fails, and says why", async () => {
    const text = await eventually("the refusal", async () => {
      const said = await refusal("shop/bad:1");
      return said.includes("verdict fail") ? said : undefined;
    });
    expect(text).toContain("[policy stellaops/gate, containers[0]]");
    // The namespace does not run the image: what is inside is not told.
    expect(text).not.toContain("CVE-2018-1000620");
  });

  it("refuses a tag by rule, in every kind of container", async () => {
    expect(await refusal("shop/good:latest")).toContain('has the tag "latest"');
    const withInit = pod("gated", "try", "shop/good:1").replace(
      "containers:",
      `initContainers: [{ name: init, image: "${REGISTRY}/shop/good:latest" }]\n  containers:`,
    );
    await expect(applyText(at.kubectl, withInit)).rejects.toThrow("initContainers[0]");
  });

  it("lets a good Pod in", async () => {
    await eventually("the pod is let in", async () => (await refusal("shop/good:1")) === "");
    await at.kubectl("-n", "gated", "delete", "pod", "try");
  });

  it("fails open or closed by namespace when the backend is away", async () => {
    await applyText(
      at.kubectl,
      policy(
        "road",
        "own-gate",
        "{ enforcement: enforce, admission: { requireVerdict: warn }, rules: [{ name: any, match: { severity: [critical] }, action: fail }] }",
      ),
    );
    await at.kubectl("-n", "stellaops", "scale", "deployment/stellaops-operator", "--replicas=0");
    try {
      await eventually(
        "closed",
        async () => (await refusal("shop/waived:1")).includes("fails closed"),
        60_000,
      );
      await applyText(at.kubectl, pod("road", "open", "shop/good:1"));
    } finally {
      await at.kubectl("-n", "stellaops", "scale", "deployment/stellaops-operator", "--replicas=1");
      await at.kubectl(
        "-n",
        "stellaops",
        "rollout",
        "status",
        "deployment/stellaops-operator",
        "--timeout=120s",
      );
    }
    await at.kubectl("-n", "road", "delete", "scanpolicy", "own-gate");
  });

  it("is repaired when somebody deletes its pieces", async () => {
    await at.kubectl("-n", "stellaops", "delete", "deployment", "stellaops-webhook");
    await at.kubectl("delete", "validatingwebhookconfiguration", "stellaops");
    await at.kubectl("-n", "stellaops", "delete", "secret", "stellaops-webhook-tls");
    await eventually(
      "all is there again",
      async () => {
        await at.kubectl(
          "-n",
          "stellaops",
          "get",
          "deployment/stellaops-webhook",
          "secret/stellaops-webhook-tls",
        );
        await at.kubectl("get", "validatingwebhookconfiguration", "stellaops");
        return isReady("stellaops", "stellaops");
      },
      120_000,
    );
  });
});

describe("scale and crashes", () => {
  beforeAll(nodeWithoutMachine);

  it("makes 20 Scans for 200 Pods of 20 images", async () => {
    await applyText(at.kubectl, "apiVersion: v1\nkind: Namespace\nmetadata: { name: many }\n");
    const digests = await Promise.all(MANY.map(digestOfPushed));
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const ref = MANY[index % MANY.length] ?? "";
        await podWithStatus("many", `many-${index}`, ref, digests[index % MANY.length] ?? "");
      }),
    );
    await eventually(
      "all are reported",
      async () => {
        const { items } = await at.client.list(reports, { namespace: "many" });
        return items.length === 20 && items.every(({ status }) => status?.verdict !== undefined);
      },
      120_000,
    );
    const found = (await at.client.list(scans, { namespace: "stellaops" })).items;
    expect(found.filter(({ spec }) => spec.imageRef.startsWith(`${REGISTRY}/many/`))).toHaveLength(20);
  });

  it("loses none of 50 scans to a kill -9, and reads no finished layer twice", async () => {
    await applyText(at.kubectl, "apiVersion: v1\nkind: Namespace\nmetadata: { name: killed }\n");
    const digests = await Promise.all(KILLED.map(digestOfPushed));
    await Promise.all(
      KILLED.map((ref, index) => podWithStatus("killed", `killed-${index}`, ref, digests[index] ?? "")),
    );
    const ours = async (): Promise<readonly Scan[]> =>
      (await at.client.list(scans, { namespace: "stellaops" })).items.filter(({ spec }) =>
        spec.imageRef.startsWith(`${REGISTRY}/killed/`),
      );
    const done = (scan: Scan): boolean => scan.status?.phase === "Succeeded";
    await eventually("some are done", async () => (await ours()).filter(done).length >= 5);
    const name = (
      await at.kubectl(
        "-n",
        "stellaops",
        "get",
        "pods",
        "-l",
        "app.kubernetes.io/name=stellaops-operator",
        "-o=jsonpath={.items[0].metadata.name}",
      )
    ).trim();
    const before = new Map((await ours()).filter(done).map((scan) => [scan.metadata.name, scan.status]));
    process.kill(await at.hostPid(name, "serve operator"), "SIGKILL");
    await eventually(
      "all are done",
      async () => {
        const all = await ours();
        return all.length === KILLED.length && all.every(done);
      },
      180_000,
    );
    const after = await ours();
    for (const scan of after) {
      const was = before.get(scan.metadata.name);
      if (was !== undefined) expect(scan.status?.finishTime).toBe(was.finishTime);
      // The base layer was read long ago; the application's own at most once.
      expect(scan.status?.layers?.analyzed).toBeLessThanOrEqual(1);
    }
    const restarts = await at.kubectl(
      "-n",
      "stellaops",
      "get",
      "pod",
      name,
      "-o=jsonpath={.status.containerStatuses[0].restartCount}",
    );
    expect(Number(restarts)).toBeGreaterThanOrEqual(1);
  });
});

async function digestOfPushed(ref: string): Promise<string> {
  const [repository, tag] = ref.split(":");
  const response = await fetch(
    `http://${at.cluster.nodeIp}:30500/v2/${repository ?? ""}/manifests/${tag ?? ""}`,
    {
      method: "HEAD",
      headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
    },
  );
  return response.headers.get("docker-content-digest") ?? "";
}

/** A Node object without a machine, so that Pods bound to it are not swept away as orphans. */
async function nodeWithoutMachine(): Promise<void> {
  const taints = [{ key: "stella-ops.org/nobody", effect: "NoSchedule" }];
  await at.client.apply(
    defineResource<KubeObject & { spec?: unknown }>(builtin.nodes),
    { metadata: { name: "nobody" }, spec: { taints } },
    { fieldManager: "e2e" },
  );
}

/** A Pod on a node that nobody runs, with the status that a kubelet would write. */
async function podWithStatus(namespace: string, name: string, ref: string, digest: string): Promise<void> {
  const image = `${REGISTRY}/${ref}`;
  const spec = { nodeName: "nobody", containers: [{ name: "main", image }] };
  await at.client.create(defineResource<KubeObject & { spec: unknown }>(builtin.pods), {
    metadata: { namespace, name },
    spec,
  });
  const imageID = `${image.slice(0, image.lastIndexOf(":"))}@${digest}`;
  const status = {
    phase: "Running",
    containerStatuses: [
      { name: "main", image, imageID, ready: true, restartCount: 0, state: { running: {} } },
    ],
  };
  await at.client.patch(builtin.pods, { namespace, name }, { status }, { subresource: "status" });
}
