// SPDX-License-Identifier: Apache-2.0
/**
 * SBOMs while and after an image is built: the generator image as BuildKit would run it, and documents attached to images
 * in a real registry, with and without the Referrers API.
 */
import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { Ajv2019 } from "ajv/dist/2019.js";
import formats from "ajv-formats";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { indexerImage } from "#hack/images/product.ts";
import { silent } from "#hack/lib/log.ts";
import { toolPath } from "#hack/tools/programs.ts";
import { hexOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { pushImage } from "#lib/oci/push.ts";
import { writeOciLayout } from "#lib/oci/writer.ts";
import { tarBytes } from "#lib/oci/writing/tar.ts";

const run = promisify(execFile);
const PROJECT = join(import.meta.dirname, "..", "..");
const CLI = join(PROJECT, "cli", "stella.ts");

const files: Readonly<Record<string, string>> = {
  "etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
  "var/lib/dpkg/status":
    "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nSource: glibc\nVersion: 2.36-9+deb12u4\n\n",
  "app/node_modules/lodash/package.json": '{"name":"lodash","version":"4.17.4","license":"MIT"}',
};
const PURLS = [
  "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc",
  "pkg:npm/lodash@4.17.4",
];

/** Whether this process may make mounts of its own. */
const canMount = await run("unshare", ["--mount", "--net", "--pid", "--fork", "true"]).then(
  () => true,
  () => false,
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stella-e2e-build-time-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the SBOM generator's image", () => {
  it.skipIf(!canMount)("does its work with a read-only root, a tmpfs on /tmp and no network", async () => {
    const root = join(folder, "root");
    const parts = join(folder, "parts");
    for (const path of [parts, ...["run/out", "run/src/core/sbom", "proc"].map((each) => join(root, each))]) {
      await mkdir(path, { recursive: true });
    }
    await run("tar", ["-xf", await indexerImage(silent), "-C", parts]);
    const [saved] = JSON.parse(await readFile(join(parts, "manifest.json"), "utf8")) as readonly Saved[];
    for (const layer of saved?.Layers ?? []) await run("tar", ["-xpf", join(parts, layer), "-C", root]);
    const { config } = JSON.parse(await readFile(join(parts, saved?.Config ?? ""), "utf8")) as SavedConfig;
    const source = join(folder, "source");
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(source, path)), { recursive: true });
      await writeFile(join(source, path), content);
    }
    const out = join(folder, "out");
    await mkdir(out);

    const script = [
      "set -eu",
      'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"',
      'mount --bind "$2" "$1/run/src/core/sbom" && mount -o remount,ro,bind "$1/run/src/core/sbom"',
      'mount --bind "$3" "$1/run/out"',
      'mount -t tmpfs tmpfs "$1/tmp"',
      'mount -t proc proc "$1/proc"',
      'root="$1"; shift 3; exec chroot "$root" "$@"',
    ].join("\n");
    const env = [
      ...config.Env,
      ...["BUILDKIT_SCAN_DESTINATION=/run/out", "BUILDKIT_SCAN_SOURCE=/run/src/core/sbom"],
      "BUILDKIT_SCAN_SOURCE_EXTRAS=/run/src/extras",
    ].map((each) => each.split("=", 2) as [string, string]);
    const ran = await run(
      "unshare",
      [
        "--mount",
        "--net",
        "--pid",
        "--fork",
        "sh",
        "-c",
        script,
        "sh",
        root,
        source,
        out,
        ...config.Entrypoint,
      ],
      { env: { ...Object.fromEntries(env), PATH: process.env["PATH"] } },
    );
    expect(ran).toEqual({ stdout: "", stderr: "stella: sbom: 2 packages\n" });
    expect(await readdir(out)).toEqual(["sbom.spdx.json"]);

    const text = await readFile(join(out, "sbom.spdx.json"), "utf8");
    const { predicate, ...statement } = JSON.parse(text) as { readonly predicate: Predicate };
    expect(statement).toEqual({
      _type: "https://in-toto.io/Statement/v0.1",
      predicateType: "https://spdx.dev/Document",
    });
    expect(await schemaErrors(predicate)).toEqual([]);
    const refs = predicate.packages.flatMap(({ externalRefs = [] }) => externalRefs);
    expect(refs.map(({ referenceLocator }) => referenceLocator)).toEqual(PURLS);
  });
});

interface Saved {
  readonly Config: string;
  readonly Layers: readonly string[];
}

interface SavedConfig {
  readonly config: { readonly Entrypoint: readonly string[]; readonly Env: readonly string[] };
}

interface Predicate {
  readonly packages: readonly { readonly externalRefs?: readonly { readonly referenceLocator: string }[] }[];
}

async function schemaErrors(document: unknown): Promise<unknown> {
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  formats.default(ajv);
  const path = join(PROJECT, "test", "conformance", "spdx", "testdata", "spdx-schema-2.3.json");
  const hasForm = ajv.compile(JSON.parse(await readFile(path, "utf8")) as object);
  hasForm(document);
  return hasForm.errors ?? [];
}

describe.each([
  { name: "with the Referrers API", flags: [], list: "the registry's list of referrers" },
  { name: "without it", flags: ["--referrers=false"], list: "the tag sha256-" },
])("a registry $name", ({ flags, list }) => {
  let child: ChildProcess;
  let log = "";
  let host: string;
  let crane: string;
  let image: Digest;
  let layers: readonly Digest[];

  beforeAll(async () => {
    crane = await toolPath("crane");
    child = spawn(await toolPath("registry"), ["--listen", "127.0.0.1:0", ...flags]);
    child.stderr?.on("data", (part: Buffer) => (log += part.toString()));
    if (!child.stdout) throw new Error("no stdout");
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    host = new URL(line).host;
    const layout = join(folder, `layout${flags.length}`);
    const entries = Object.entries(files).map(([path, content]) => ({ path, content }));
    const { images } = await writeOciLayout(layout, {
      layers: entries.map((entry) => ({ tar: tarBytes([entry]) })),
      config: { entrypoint: ["/app"], created: "2024-01-02T03:04:05Z" },
    });
    layers = images[0]?.layers.map(({ digest }) => digest) ?? [];
    image = await pushImage(layout, `${host}/app:1`);
  });
  afterAll(async () => {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  });
  afterEach(() => {
    log = "";
  });

  const scan = (...args: readonly string[]) =>
    run(process.execPath, [
      ...[CLI, "scan", `${host}/app:1`, "--platform", "linux/amd64", "-o", "cyclonedx-json"],
      ...["--cache-dir", join(folder, `cache-${Math.random()}`), ...args],
    ]);
  const purls = (text: string): unknown =>
    (JSON.parse(text) as { components: { purl?: string }[] }).components.flatMap(({ purl }) => purl ?? []);
  const layersRead = (): number => layers.filter((digest) => log.includes(`blobs/${digest}`)).length;

  it("takes each SBOM once, and gives it to the next scan instead of layers", async () => {
    const first = await scan("--attach");
    expect(layersRead()).toBe(layers.length);
    expect(first.stderr).toContain(`SBOM attached to ${host}/app@${image} as sha256:`);
    expect(first.stderr).toContain(`found by ${list}`);
    expect(purls(first.stdout)).toEqual(PURLS);
    expect((await scan("--attach")).stderr).toBe(first.stderr);

    const digest = / as (sha256:[0-9a-f]{64}) /.exec(first.stderr)?.[1] ?? "";
    const { stdout } = await run(crane, ["manifest", "--insecure", `${host}/app@${digest}`]);
    const type = "application/vnd.cyclonedx+json";
    expect(JSON.parse(stdout)).toMatchObject({ artifactType: type, subject: { digest: image } });
    if (flags.length > 0) {
      const tagged = await run(crane, ["manifest", "--insecure", `${host}/app:sha256-${hexOf(image)}`]);
      expect((JSON.parse(tagged.stdout) as { manifests: unknown[] }).manifests).toHaveLength(1);
    }

    log = "";
    const second = await scan("--attached-sbom", "any");
    expect(second.stderr).toContain(`from attached SBOM ${digest};`);
    expect([purls(second.stdout), layersRead()]).toEqual([PURLS, 0]);
    expect(log).toContain("/manifests/"); // so requests are seen at all
  });

  it("takes an SPDX document beside the other", async () => {
    const attached = await scan("--attach", "spdx");
    expect(attached.stderr).toContain("(application/spdx+json)");
    const { stderr, stdout } = await scan("--attached-sbom", "any");
    expect(stderr).toContain("from attached SBOM sha256:");
    expect(purls(stdout)).toEqual(PURLS);
  });
});
