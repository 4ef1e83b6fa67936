// SPDX-License-Identifier: Apache-2.0
/**
 * Our CustomResourceDefinitions on a real API server: they are established, say no with our words, fill our defaults,
 * explain every field and print the columns of the design. STELLA_TEST_CLUSTER names the cluster; one that this file
 * had to make is removed again.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { API_VERSION, GROUP, kinds, stellaOps } from "#crds/index.ts";
import { badObjects, goodObjects, immutableChanges } from "#crds/testing/objects.ts";
import type { TestObject } from "#crds/testing/objects.ts";
import { clusterStatus, clusterUp } from "#hack/cluster/index.ts";
import type { Cluster } from "#hack/cluster/index.ts";
import { rootSchema } from "#hack/generate/crd.ts";
import type { Structural } from "#hack/generate/structural.ts";
import { run } from "#hack/lib/run.ts";
import { messageOf } from "#lib/errors.ts";

const root = join(import.meta.dirname, "../..");
const name = process.env["STELLA_TEST_CLUSTER"] ?? "e2e";
const namespace = `crds-${process.pid}`;
const DIGEST = `sha256:${"a".repeat(64)}`;

let cluster: Cluster;
let folder: string;
let ownCluster = false;

beforeAll(async () => {
  ownCluster = !(await clusterStatus({ name })).running;
  cluster = await clusterUp({ name });
  folder = await mkdtemp(join(tmpdir(), "stella-crds-"));
  await kubectl("apply", "--server-side", "--force-conflicts", "-k", join(root, "config/crd"));
  await kubectl("wait", "--for=condition=Established", "--timeout=60s", ...crdRefs());
  await kubectl("create", "namespace", namespace);
});

afterAll(async () => {
  await kubectl("delete", "namespace", namespace, "--wait=false", "--ignore-not-found");
  await rm(folder, { recursive: true, force: true });
  if (ownCluster) await cluster.down();
});

describe("definitions", () => {
  it("have structural schemas and their names", async () => {
    const text = await kubectl("get", ...crdRefs(), "-o", "json");
    const { items } = JSON.parse(text) as {
      items: { status: { conditions: { type: string; status: string }[] } }[];
    };
    const bad = items.flatMap(({ status }) =>
      status.conditions.filter((one) =>
        one.type === "NonStructuralSchema" ? one.status === "True" : one.status !== "True",
      ),
    );
    expect(bad).toEqual([]);
    expect(items).toHaveLength(kinds.length);
  });

  it("answer to category and short names", async () => {
    const text = await kubectl("api-resources", "--categories=stella", "--no-headers", "-o", "name");
    expect(text.trim().split("\n").sort()).toEqual(kinds.map(({ plural }) => `${plural}.${GROUP}`).sort());
    for (const short of kinds.flatMap(({ shortNames }) => shortNames)) await kubectl("get", short, "-A");
  });
});

describe("objects", () => {
  it.each(goodObjects.map((good) => [good.name, good.object] as const))("takes %s", async (_, object) => {
    expect(await create(object)).toContain("created");
  });

  it.each(badObjects.map((bad) => [bad.name, bad] as const))("refuses %s", async (_, { object, says }) => {
    expect(await refusal(create(object))).toContain(says);
  });

  it.each(immutableChanges.map((change) => [change.name, change] as const))(
    "refuses to change %s",
    async (_, { before, after, says }) => {
      await apply(before);
      expect(await refusal(apply(after))).toContain(says);
    },
  );

  it("knows no Secret of another namespace", async () => {
    const spec = { type: "slack", secretRef: { name: "hook", namespace: "kube-system" } };
    const object = { apiVersion: API_VERSION, kind: "NotifyChannel", metadata: { name: "x" }, spec };
    expect(await refusal(apply(object))).toContain("spec.secretRef.namespace");
  });

  it("fills the same defaults as zod", async () => {
    const object = { apiVersion: API_VERSION, kind: "StellaOps", metadata: { name: "stellaops" }, spec: {} };
    const text = await kubectl("create", "--dry-run=server", "-o", "json", "-f", await file(object)).catch(
      async (error: unknown) => {
        if (!messageOf(error).includes("already exists")) throw error;
        return await kubectl("replace", "--dry-run=server", "-o", "json", "-f", await file(object));
      },
    );
    expect((JSON.parse(text) as { spec: unknown }).spec).toEqual(stellaOps.schema.parse(object).spec);
  });

  it("are not taken for done before a controller has seen them", async () => {
    const [good] = goodObjects.filter(({ object }) => object["kind"] === "ScanPolicy");
    const metadata = { name: "unseen", namespace };
    await apply({ ...good?.object, metadata } as TestObject);
    const seen = await kubectl("get", "scp", "unseen", "-n", namespace, "-o", "jsonpath={.status}");
    expect(JSON.parse(seen)).toEqual({ observedGeneration: -1 });
  });

  it("takes every sample", async () => {
    const names = (await readdir(join(root, "config/samples"))).filter((one) => one !== "kustomization.yaml");
    const texts = await Promise.all(names.map((one) => readFile(join(root, "config/samples", one), "utf8")));
    const objects = texts.flatMap((text) => parseAllDocuments(text).map((one) => one.toJS() as TestObject));
    const items = objects.filter(({ apiVersion }) => apiVersion === API_VERSION).map(placed);
    const list = await file({ apiVersion: "v1", kind: "List", items });
    const text = await kubectl("apply", "--server-side", "--force-conflicts", "--dry-run=server", "-f", list);
    expect(text.match(/serverside-applied/g)).toHaveLength(items.length);
  });
});

describe("reports", () => {
  const spec = { imageDigest: DIGEST, imageRef: "ghcr.io/acme/api:1.2", repository: "ghcr.io/acme/api" };
  const status = {
    observedGeneration: 1,
    verdict: "fail",
    counts: { critical: 2, high: 3, medium: 5, low: 7, unknown: 0 },
    waived: 1,
    conditions: [
      {
        type: "Signed",
        status: "False",
        reason: "NoSigner",
        message: "",
        lastTransitionTime: "2026-11-01T00:00:00Z",
      },
    ],
  };

  beforeAll(async () => {
    const object = {
      apiVersion: API_VERSION,
      kind: "Report",
      metadata: { name: "api-aaaaaaaaaaaa", namespace },
      spec,
    };
    await apply({ ...object, status } as TestObject);
    const patch = JSON.stringify({ status });
    await kubectl(
      "patch",
      "report",
      "api-aaaaaaaaaaaa",
      "-n",
      namespace,
      "--subresource=status",
      "--type=merge",
      "-p",
      patch,
    );
  });

  it("print the columns of the design", async () => {
    const [header = "", ...rows] = (await kubectl("get", "reports", "-A")).trim().split("\n");
    const row = rows.find((line) => line.startsWith(namespace)) ?? "";
    expect(header.split(/\s+/)).toEqual([
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
    expect(row.split(/\s+/).slice(1, -1)).toEqual([
      "api-aaaaaaaaaaaa",
      "ghcr.io/acme/api:1.2",
      "fail",
      "2",
      "3",
      "5",
      "1",
      "False",
    ]);
  });

  it("are found by verdict", async () => {
    const found = async (verdict: string): Promise<string> =>
      await kubectl(
        "get",
        "reports",
        "-n",
        namespace,
        "-o",
        "name",
        "--field-selector",
        `status.verdict=${verdict}`,
      );
    expect(await found("fail")).toContain("api-aaaaaaaaaaaa");
    expect(await found("pass")).toBe("");
  });

  it("keep at most twenty findings", async () => {
    const finding = { id: "CVE-2021-1", purl: "pkg:npm/a@1", severity: "high", action: "fail" };
    const worst = Array.from({ length: 21 }, () => finding);
    const patch = JSON.stringify({ status: { worst } });
    const change = kubectl(
      "patch",
      "rep",
      "api-aaaaaaaaaaaa",
      "-n",
      namespace,
      "--subresource=status",
      "--type=merge",
      "-p",
      patch,
    );
    expect(await refusal(change)).toContain("must have at most 20 items");
  });
});

describe("kubectl explain", () => {
  it.each(kinds.map((kind) => [kind.kind, kind] as const))("describes every field of %s", async (_, kind) => {
    const pages = ["spec", "status"].flatMap((part) =>
      pagesOf(rootSchema(kind).properties?.[part] ?? {}, `${kind.singular}.${part}`),
    );
    for (const { path, fields } of [{ path: kind.singular, fields: ["spec", "status"] }, ...pages]) {
      const text = await kubectl("explain", path, `--api-version=${API_VERSION}`);
      expect(text, path).not.toMatch(/<no description>|<empty>/);
      const explained = [...text.matchAll(/^ {2}([A-Za-z0-9]+)\t</gm)].map(([, field]) => field);
      expect(explained, path).toEqual(expect.arrayContaining([...fields]));
    }
  });
});

/** One page of `kubectl explain` for each object or list of objects. */
function pagesOf(
  node: Structural,
  path: string,
): readonly { readonly path: string; readonly fields: string[] }[] {
  const properties = (node.items ?? node).properties ?? {};
  const fields = Object.keys(properties);
  if (fields.length === 0) return [];
  return [
    { path, fields },
    ...fields.flatMap((field) => pagesOf(properties[field] ?? {}, `${path}.${field}`)),
  ];
}

function crdRefs(): readonly string[] {
  return kinds.map(({ plural }) => `customresourcedefinition/${plural}.${GROUP}`);
}

async function kubectl(...args: readonly string[]): Promise<string> {
  return await run("kubectl", [
    "--kubeconfig",
    cluster.kubeconfigPath,
    "--context",
    cluster.context,
    ...args,
  ]);
}

/** In this run's namespace. */
function placed(object: TestObject): TestObject {
  const { metadata, ...rest } = object;
  return { ...rest, metadata: object.kind === "StellaOps" ? metadata : { ...metadata, namespace } };
}

async function apply(object: TestObject): Promise<string> {
  return await kubectl("apply", "--server-side", "--force-conflicts", "-f", await file(placed(object)));
}

/** Asks the API server, and leaves nothing behind. A StellaOps that is there already is replaced instead. */
async function create(object: TestObject): Promise<string> {
  const path = await file(placed(object));
  try {
    return await kubectl("create", "--dry-run=server", "-f", path);
  } catch (error) {
    if (!messageOf(error).includes("already exists")) throw error;
    return (await kubectl("replace", "--dry-run=server", "-f", path)).replace("replaced", "created");
  }
}

async function file(object: object): Promise<string> {
  const path = join(folder, "object.json");
  await writeFile(path, JSON.stringify(object));
  return path;
}

async function refusal(change: Promise<string>): Promise<string> {
  return await change.then(
    (text) => `accepted: ${text}`,
    (error: unknown) => messageOf(error),
  );
}
