// SPDX-License-Identifier: Apache-2.0
/** Credentials: a Pod's files as they rotate, kubeconfigs with tokens and exec plugins, and files that are no good. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inClusterCredentials, kubeconfigCredentials } from "./credentials.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kube-credentials-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("in a Pod", () => {
  const env = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "6443" };
  const files = async (token: string): Promise<void> => {
    await writeFile(join(folder, "token"), `${token}\n`);
    await writeFile(join(folder, "ca.crt"), "CA");
    await writeFile(join(folder, "namespace"), "stellaops");
  };

  it("reads the service account, and again when the token was refused", async () => {
    await files("one");
    const source = await inClusterCredentials(env, folder);
    expect(source.namespace).toBe("stellaops");
    expect(await source.current()).toEqual({
      server: "https://10.0.0.1:6443",
      ca: "CA",
      headers: { authorization: "Bearer one" },
    });
    await files("two");
    expect((await source.current()).headers).toEqual({ authorization: "Bearer one" });
    source.refused();
    expect((await source.current()).headers).toEqual({ authorization: "Bearer two" });
  });

  it("puts an IPv6 host in brackets", async () => {
    await files("one");
    const source = await inClusterCredentials({ ...env, KUBERNETES_SERVICE_HOST: "fd00::1" }, folder);
    expect((await source.current()).server).toBe("https://[fd00::1]:6443");
  });

  it.each([
    { name: "no files", given: env },
    { name: "no host", given: {} },
  ])("refuses $name", async ({ given }) => {
    await expect(inClusterCredentials(given, folder)).rejects.toMatchObject({ code: "KUBE_CONFIG_INVALID" });
  });
});

describe("with a kubeconfig", () => {
  const write = async (user: object): Promise<string> => {
    const path = join(folder, "config");
    const config = {
      "current-context": "one",
      clusters: [{ name: "c", cluster: { server: "https://api.example:6443/prefix" } }],
      contexts: [{ name: "one", context: { cluster: "c", user: "u", namespace: "team" } }],
      users: [{ name: "u", user }],
    };
    await writeFile(path, JSON.stringify(config));
    return path;
  };

  it("takes a token", async () => {
    const source = await kubeconfigCredentials({ path: await write({ token: "t" }) });
    expect({ namespace: source.namespace, ...(await source.current()) }).toMatchObject({
      namespace: "team",
      server: "https://api.example:6443/prefix",
      headers: { Authorization: "Bearer t" },
    });
  });

  it("runs an exec plugin again when its token was refused", async () => {
    const script = `const fs = require("node:fs"); fs.appendFileSync(process.argv[1], "x");
      const token = fs.readFileSync(process.argv[1], "utf8");
      console.log(JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: { token } }))`;
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: ["-e", script, join(folder, "n")],
    };
    const source = await kubeconfigCredentials({ path: await write({ exec }) });
    expect((await source.current()).headers).toEqual({ Authorization: "Bearer x" });
    expect((await source.current()).headers).toEqual({ Authorization: "Bearer x" });
    source.refused();
    expect((await source.current()).headers).toEqual({ Authorization: "Bearer xx" });
  });

  it.each([
    { name: "a missing file", options: { path: "/nonexistent/config" } },
    { name: "an unknown context", options: { context: "two" } },
  ])("refuses $name", async ({ options }) => {
    const path = await write({ token: "t" });
    await expect(kubeconfigCredentials({ path, ...options })).rejects.toMatchObject({
      code: "KUBE_CONFIG_INVALID",
    });
  });
});
