// SPDX-License-Identifier: Apache-2.0
/**
 * Images through a real registry (go-containerregistry): push, resolve and read with every kind of login and trust,
 * and the same layouts and archives exchanged with crane.
 */
import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { toolPath } from "#hack/tools/programs.ts";
import { openImageSource } from "#lib/oci/open-image-source.ts";
import { pushImage } from "#lib/oci/push.ts";
import { parseReference } from "#lib/oci/reference.ts";
import { Referrers } from "#lib/oci/referrers.ts";
import { RegistryClient } from "#lib/oci/registry-client.ts";
import { parseDockerConfig } from "#lib/oci/registry/credentials.ts";
import type { RegistrySettings } from "#lib/oci/registry/settings.ts";
import { writeOciLayout } from "#lib/oci/writer.ts";
import { tarBytes } from "#lib/oci/writing/tar.ts";
import { createAuthority, issueServing } from "#lib/pki/authority.ts";

const run = promisify(execFile);
const amd64 = { os: "linux", architecture: "amd64" };
const running: ChildProcess[] = [];
let programs: { registry: string; crane: string };
let folder: string;
let layout: string;
let imageDigest: string;

beforeAll(async () => {
  programs = { registry: await toolPath("registry"), crane: await toolPath("crane") };
  folder = await mkdtemp(join(tmpdir(), "stella-e2e-registry-"));
  layout = join(folder, "layout");
  const noise = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7919 + (i >> 7)) & 0xff));
  const written = await writeOciLayout(layout, {
    ref: "app",
    layers: [
      { tar: tarBytes([{ path: "etc/os-release", content: "ID=debian\n" }]) },
      { tar: tarBytes([{ path: "data", content: noise }]) },
    ],
    config: { entrypoint: ["/app"] },
  });
  imageDigest = written.images[0]?.imageDigest ?? "";
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(stop));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts a registry on a free port and gives its `host:port`. */
async function start(...flags: string[]): Promise<string> {
  const child = spawn(programs.registry, ["--listen", "127.0.0.1:0", "--quiet", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.push(child);
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, "line")) as [string];
  return new URL(line).host;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** Resolves a reference and reads all its layers. */
async function readAll(reference: string, registry: RegistrySettings = {}): Promise<string> {
  const source = await openImageSource(reference, { registry });
  try {
    const image = await source.resolve(amd64);
    for (const layer of image.layers) {
      let seen = 0;
      for await (const chunk of await source.openLayer(layer)) seen += chunk.length;
      expect(seen).toBe(layer.size);
    }
    return image.imageDigest;
  } finally {
    await source.close();
  }
}

const dockerConfig = (host: string, password: string): string =>
  JSON.stringify({ auths: { [host]: { auth: Buffer.from(`ci:${password}`).toString("base64") } } });

it("pushes, then resolves and reads by tag and by digest", async () => {
  const host = await start();
  for (const options of [{}, { chunkBytes: 1_000_000 }]) {
    const name = `${host}/team/app${Object.keys(options).length}`;
    expect(await pushImage(layout, `${name}:1.0`, options)).toBe(imageDigest);
    const client = new RegistryClient();
    expect(await client.resolveDigest(parseReference(`${name}:1.0`))).toBe(imageDigest);
    await client.close();
    expect(await readAll(`${name}:1.0`)).toBe(imageDigest);
    expect(await readAll(`${name}@${imageDigest}`)).toBe(imageDigest);
    await expect(readAll(`${name}:2.0`)).rejects.toMatchObject({ code: "IMAGE_MISSING" });
  }
});

describe.each([
  { login: "basic", flags: ["--basic", "ci:secret"] },
  { login: "token", flags: ["--basic", "ci:secret", "--token"] },
])("$login login", ({ flags }) => {
  it("lets the right password in and names the wrong one", async () => {
    const host = await start(...flags);
    const registry = { credentials: parseDockerConfig(dockerConfig(host, "secret"), "pull secret") };
    await pushImage(layout, `${host}/team/app:1`, { registry });
    expect(await readAll(`${host}/team/app:1`, registry)).toBe(imageDigest);
    await expect(readAll(`${host}/team/app:1`)).rejects.toMatchObject({ code: "REGISTRY_DENIED" });
    const wrong = { credentials: parseDockerConfig(dockerConfig(host, "wrong"), "pull secret") };
    await expect(readAll(`${host}/team/app:1`, wrong)).rejects.toMatchObject({ code: "REGISTRY_DENIED" });
  });
});

it("trusts a registry by its own CA only", async () => {
  const validity = {
    notBefore: Date.parse("2020-01-01T00:00:00Z"),
    notAfter: Date.parse("2100-01-01T00:00:00Z"),
  };
  const authority = await createAuthority("e2e", validity);
  const serving = await issueServing(authority, ["localhost"], validity);
  await writeFile(join(folder, "tls.crt"), serving.certificate);
  await writeFile(join(folder, "tls.key"), serving.key);
  const address = await start("--tls-cert", join(folder, "tls.crt"), "--tls-key", join(folder, "tls.key"));
  const host = address.replace("127.0.0.1", "localhost");
  const registry = { hosts: { [host]: { ca: [authority.certificate] } } };
  await pushImage(layout, `${host}/app:1`, { registry });
  expect(await readAll(`${host}/app:1`, registry)).toBe(imageDigest);
  const without = { hosts: { [host]: { plainHttp: false } } };
  await expect(readAll(`${host}/app:1`, without)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
});

it("reads from a mirror, and from the registry itself when the mirror is gone", async () => {
  const mirror = await start();
  const origin = await start();
  await pushImage(layout, `${mirror}/cache/app:1`);
  const registry = { hosts: { [origin]: { mirrors: [`http://${mirror}/cache`] } } };
  expect(await readAll(`${origin}/app:1`, registry)).toBe(imageDigest);
  await pushImage(layout, `${origin}/app:1`);
  await stop(running[0] as ChildProcess);
  expect(await readAll(`${origin}/app:1`, registry)).toBe(imageDigest);
});

describe("crane", () => {
  it("finds what we push valid", async () => {
    const host = await start();
    await pushImage(layout, `${host}/app:1`);
    await run(programs.crane, ["validate", "--insecure", "--remote", `${host}/app:1`]);
    const { stdout } = await run(programs.crane, ["digest", "--insecure", `${host}/app:1`]);
    expect(stdout.trim()).toBe(imageDigest);
  });

  it("writes layouts and archives that we read", async () => {
    const host = await start();
    await pushImage(layout, `${host}/app:1`);
    const oci = join(folder, "crane-oci");
    const tarball = join(folder, "crane.tar");
    await run(programs.crane, ["pull", "--insecure", "--format", "oci", `${host}/app:1`, oci]);
    await run(programs.crane, ["pull", "--insecure", `${host}/app:1`, tarball]);
    expect(await readAll(`oci-dir:${oci}`)).toBe(imageDigest);
    expect(await readAll(`docker-archive:${tarball}`)).toMatch(/^sha256:/);
    expect(await readAll(`docker-archive:${tarball}:${host}/app:1`)).toMatch(/^sha256:/);
  });
});

describe.each([
  { name: "with the Referrers API", flags: [], listedBy: "referrers-api" },
  { name: "without it", flags: ["--referrers=false"], listedBy: "tag" },
])("artifacts attached to an image in a registry $name", ({ flags, listedBy }) => {
  it("are found again, and by crane", async () => {
    const host = await start(...flags);
    await pushImage(layout, `${host}/app:1`);
    const client = new RegistryClient();
    const { digest, mediaType, bytes } = await client.manifest(parseReference(`${host}/app:1`));
    const referrers = new Referrers(parseReference(`${host}/app:1`));
    try {
      const type = "application/vnd.cyclonedx+json";
      const artifact = { artifactType: type, mediaType: type, bytes: Buffer.from("{}\n") };
      const attached = await referrers.attach({ digest, mediaType, size: bytes.length }, artifact);
      expect(attached.listedBy).toBe(listedBy);
      const found = await referrers.list(digest, type);
      expect(found.map((each) => each.digest)).toEqual([attached.digest]);
      expect(Buffer.from(await referrers.read(attached.digest, 100)).toString()).toBe("{}\n");
      const manifest = await run(programs.crane, [
        "manifest",
        "--insecure",
        `${host}/app@${attached.digest}`,
      ]);
      expect(JSON.parse(manifest.stdout)).toMatchObject({ artifactType: type, subject: { digest } });
    } finally {
      await referrers.close();
      await client.close();
    }
  });
});
