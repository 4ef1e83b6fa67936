// SPDX-License-Identifier: Apache-2.0
/**
 * What the tools that sync objects conclude from what our controllers write: kstatus itself (sigs.k8s.io/cli-utils, used
 * by Flux), and Argo CD's Lua engine with the health script of config/argocd.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { settledScan } from "#controllers/testing/settled.ts";
import { GROUP, kinds } from "#crds/index.ts";
import { logToStderr } from "#hack/lib/log.ts";
import { toolPath } from "#hack/tools/programs.ts";
import { failed, rows, working } from "./rows.ts";

/** Half a minute where the machine is quiet. */
const BUILD_MS = 600_000;
const config = join(import.meta.dirname, "../../../config/argocd");
const script = join(config, "health.lua");

interface Judged {
  readonly kstatus: { readonly status: string; readonly message: string };
  readonly argocd: { readonly status: string; readonly message: string };
}

let program = "";
beforeAll(async () => {
  program = await toolPath("health", logToStderr);
}, BUILD_MS);

function judge(object: object): Judged {
  const { status, stdout, stderr } = spawnSync(program, ["--lua", script], {
    input: JSON.stringify(object),
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as Judged;
}

describe("an object as its controller leaves it", () => {
  it.each(rows)("$name: $kstatus, $argocd", async ({ made, kstatus, argocd, says }) => {
    const judged = judge(await made());
    expect({ kstatus: judged.kstatus.status, argocd: judged.argocd }).toEqual({
      kstatus,
      argocd: { status: argocd, message: says },
    });
  });

  it.each(rows)("$name: in progress once it is changed", async ({ made }) => {
    const object = await made();
    const generation = (object.metadata.generation ?? 0) + 1;
    expect(judge({ ...object, metadata: { ...object.metadata, generation } })).toMatchObject({
      kstatus: { status: "InProgress" },
      argocd: { status: "Progressing", message: "the operator has not acted on the last change yet" },
    });
  });

  it.each(rows)("$name: on its way out once it is deleted", async ({ made }) => {
    const object = await made();
    const metadata = { ...object.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
    expect(judge({ ...object, metadata })).toMatchObject({
      kstatus: { status: "Terminating" },
      argocd: { status: "Progressing" },
    });
  });

  it("is every kind", async () => {
    const made = await Promise.all(rows.map(async (row) => (await row.made()).kind));
    expect([...new Set(made)].sort()).toEqual(kinds.map(({ kind }) => kind).sort());
  });
});

describe("an object that no controller has seen", () => {
  it.each([
    // kstatus takes an object that says nothing of itself as done.
    { name: "without status", status: undefined, kstatus: "Current" },
    { name: "with an empty status", status: {}, kstatus: "Current" },
    {
      name: "with a generation below every other",
      status: { observedGeneration: -1 },
      kstatus: "InProgress",
    },
  ])("$name: $kstatus, Progressing", async ({ status, kstatus }) => {
    expect(judge({ ...(await settledScan()), status })).toMatchObject({
      kstatus: { status: kstatus },
      argocd: { status: "Progressing", message: "waits for the operator" },
    });
  });
});

describe("conditions that others might write", () => {
  const condition = (type: string, status: string) => ({ type, status, reason: "Because", message: "of it" });
  it.each([
    { name: "not ready", conditions: [condition("Ready", "False")], ...working, argocd: "Degraded" },
    { name: "not known", conditions: [condition("Ready", "Unknown")], ...working },
    { name: "none", conditions: [], kstatus: "Current", argocd: "Progressing" },
    {
      name: "ready and stalled",
      conditions: [condition("Ready", "True"), condition("Stalled", "True")],
      ...failed,
    },
    {
      name: "ready and reconciling",
      conditions: [condition("Ready", "True"), condition("Reconciling", "True")],
      ...working,
    },
  ])("$name: $kstatus, $argocd", async ({ conditions, kstatus, argocd }) => {
    const object = { ...(await settledScan()), status: { observedGeneration: 1, conditions } };
    expect(judge(object)).toMatchObject({ kstatus: { status: kstatus }, argocd: { status: argocd } });
  });
});

it("stands in the patch for Argo CD's ConfigMap, for every kind", () => {
  const { data } = parse(readFileSync(join(config, "argocd-cm.yaml"), "utf8")) as { data: object };
  const lua = readFileSync(script, "utf8");
  const keys = kinds.map(({ kind }) => [`resource.customizations.health.${GROUP}_${kind}`, lua]);
  expect(data).toEqual(Object.fromEntries(keys));
});
