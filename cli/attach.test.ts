// SPDX-License-Identifier: Apache-2.0
/** `--attach`, `--attached-sbom` and `--attached-vex` against a registry on loopback that keeps referrers under tags. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { digestOf, hexOf } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { mediaTypes } from "#lib/oci/media-types.ts";
import { parseReference } from "#lib/oci/reference.ts";
import { Referrers } from "#lib/oci/referrers.ts";
import { startFakeRegistry } from "#lib/oci/testing/fake-registry.ts";
import type { FakeRegistry } from "#lib/oci/testing/fake-registry.ts";
import { writeOciLayout } from "#lib/oci/writer.ts";
import type { LayerInput } from "#lib/oci/writer.ts";
import { tarBytes } from "#lib/oci/writing/tar.ts";
import { openVex, osv } from "./testing/documents.ts";
import { stella } from "./testing/stella.ts";

let folder: string;
let registry: FakeRegistry;
let target: string;
let layers: readonly string[];
let image: Digest;

const layer = (name: string): LayerInput => ({
  tar: tarBytes([
    { path: `app/node_modules/${name}/package.json`, content: JSON.stringify({ name, version: "1.0.0" }) },
  ]),
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stella-attach-"));
  const config = { created: "2024-01-02T03:04:05Z", entrypoint: ["/app"] };
  const { images } = await writeOciLayout(join(folder, "image"), {
    layers: [layer("a"), layer("b")],
    config,
  });
  layers = images[0]?.layers.map(({ digest }) => digest) ?? [];
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  registry = await startFakeRegistry();
  image = registry.serve(join(folder, "image"), "team/app", "1");
  target = `${registry.host}/team/app:1`;
});
afterEach(() => registry.close());

const scan = (...args: readonly string[]) =>
  stella("scan", target, "--platform", "linux/amd64", "--cache-dir", join(folder, "cache"), ...args);

const layersRead = (): number =>
  registry.requests.filter(({ url }) => layers.some((each) => url.includes(each))).length;

const purls = (text: string): unknown =>
  (JSON.parse(text) as { components: { purl?: string }[] }).components.map(({ purl }) => purl);

const attach = async (
  text: string,
  artifactType = "application/vnd.cyclonedx+json",
  annotations = {},
): Promise<Digest> => {
  const referrers = new Referrers(parseReference(target));
  const subject = { digest: image, mediaType: mediaTypes.ociManifest, size: 1 };
  const bytes = Buffer.from(text);
  try {
    const artifact = { artifactType, mediaType: artifactType, bytes, annotations };
    return (await referrers.attach(subject, artifact)).digest;
  } finally {
    await referrers.close();
  }
};

/** Vulnerabilities known of the packages that the image has. */
const feed = (): string => {
  const file = join(folder, "feed.json");
  writeFileSync(file, osv("CVE-1").replaceAll("lodash", "a"));
  return file;
};

const foreign = (name: string): string =>
  JSON.stringify({
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    components: [{ type: "library", name, purl: `pkg:npm/${name}@1` }],
  });

describe("--attach", () => {
  it.each([
    { args: ["--attach"], type: "application/vnd.cyclonedx+json" },
    { args: ["--attach", "spdx"], type: "application/spdx+json" },
  ])("$args twice is one artifact, which the next scan takes instead of layers", async ({ args, type }) => {
    const first = await scan("-o", "cyclonedx-json", ...args);
    expect([first.exit, first.err]).toEqual([
      0,
      expect.stringMatching(
        `^stella: SBOM attached to ${registry.host}/team/app@${image} as sha256:[0-9a-f]{64} `,
      ),
    ]);
    expect(first.err).toContain(`(${type}), found by the tag sha256-${hexOf(image)}\n`);
    const manifests = registry.manifests.size;
    expect((await scan("-o", "cyclonedx-json", ...args)).err).toBe(first.err);
    expect(registry.manifests.size).toBe(manifests);

    const before = layersRead();
    rmSync(join(folder, "cache"), { recursive: true });
    const second = await scan("-o", "cyclonedx-json", "--attached-sbom", "any");
    expect([second.exit, layersRead() - before]).toEqual([0, 0]);
    const digest = / as (sha256:[0-9a-f]{64}) /.exec(first.err)?.[1] ?? "";
    expect(second.err).toBe(
      `stella: from attached SBOM ${digest}; its signature was not checked, and no layer was read\n`,
    );
    expect(second.out).toContain(`"value": "attached ${digest}"`);
    expect(purls(second.out)).toEqual(purls(first.out));
  });

  it("says of the artifact when the image was made, and by which analyzers the SBOM", async () => {
    await scan("-o", "cyclonedx-json", "--attach");
    const referrers = new Referrers(parseReference(target));
    const [found] = await referrers.list(image);
    await referrers.close();
    expect(found?.annotations).toEqual({
      "org.opencontainers.image.created": "2024-01-02T03:04:05Z",
      "org.stella-ops.sbom.analyzers": expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    });
  });
});

describe("--attached-sbom any", () => {
  const used = async (): Promise<{ purls: unknown; err: string }> => {
    const { out, err } = await scan("-o", "cyclonedx-json", "--attached-sbom", "any");
    return { purls: purls(out), err };
  };

  it("reads the layers where nothing is attached", async () => {
    const { purls: found, err } = await used();
    expect(found).toEqual(["pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"]);
    expect(err).toBe("stella: no attached SBOM that can be used; reading the layers\n");
  });

  it("prefers ours, then CycloneDX, then the lower digest", async () => {
    await attach(foreign("spdx-type"), "application/spdx+json");
    expect((await used()).purls).toEqual(["pkg:npm/spdx-type@1"]);
    const byDigest = [
      [await attach(foreign("x")), "pkg:npm/x@1"],
      [await attach(foreign("y")), "pkg:npm/y@1"],
    ].sort();
    expect((await used()).purls).toEqual([byDigest[0]?.[1]]);
    await attach(foreign("ours"), "application/spdx+json", {
      "org.stella-ops.sbom.analyzers": digestOf("old"),
    });
    expect((await used()).purls).toEqual(["pkg:npm/ours@1"]);
    await scan("-o", "cyclonedx-json", "--attach");
    expect((await used()).purls).toEqual(["pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"]);
  });

  it("passes over what is no SBOM, or another image's", async () => {
    const other = { component: { type: "container", name: "x", version: digestOf("other") } };
    const bad = await attach(JSON.stringify({ ...(JSON.parse(foreign("x")) as object), metadata: other }));
    const { purls: found, err } = await used();
    expect(found).toEqual(["pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"]);
    expect(err).toContain(
      `attached SBOM ${bad} is not used (SBOM_INVALID: the SBOM is not valid: it is about`,
    );
  });

  it("takes what BuildKit has put beside the image, the first document of its own platform", async () => {
    const statement = (name: string, digest: Digest): Buffer =>
      Buffer.from(
        JSON.stringify({
          _type: "https://in-toto.io/Statement/v0.1",
          predicateType: "https://spdx.dev/Document",
          subject: [{ name: "x", digest: { sha256: hexOf(digest) } }],
          predicate: {
            spdxVersion: "SPDX-2.3",
            packages: [
              { name, externalRefs: [{ referenceType: "purl", referenceLocator: `pkg:npm/${name}@1` }] },
            ],
          },
        }),
      );
    const put = (
      value: object,
      mediaType: string,
      tag?: string,
    ): { digest: Digest; size: number; mediaType: string } => {
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value }));
      const digest = digestOf(bytes);
      for (const name of [digest, tag])
        registry.manifests.set(`team/app/${name ?? digest}`, { bytes, mediaType });
      return { digest, size: bytes.length, mediaType };
    };
    const blob = (bytes: Buffer, mediaType: string, annotations = {}): object => {
      registry.blobs.set(digestOf(bytes), bytes);
      return { digest: digestOf(bytes), size: bytes.length, mediaType, annotations };
    };
    const spdx = { "in-toto.io/predicate-type": "https://spdx.dev/Document" };
    const provenance = { "in-toto.io/predicate-type": "https://slsa.dev/provenance/v1" };
    const type = "application/vnd.in-toto+json";
    const attestation = put(
      {
        config: blob(Buffer.from("{}"), mediaTypes.ociConfig),
        layers: [
          blob(Buffer.from('{"a":1}'), type, provenance),
          blob(statement("core", image), type, spdx),
          blob(statement("stage", image), type, spdx),
        ],
      },
      mediaTypes.ociManifest,
    );
    const unknown = { os: "unknown", architecture: "unknown" };
    const beside = (subject: Digest): object => ({
      ...attestation,
      platform: unknown,
      annotations: {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": subject,
      },
    });
    const size = registry.manifests.get(`team/app/${image}`)?.bytes.length ?? 0;
    const own = {
      digest: image,
      size,
      mediaType: mediaTypes.ociManifest,
      platform: { os: "linux", architecture: "amd64" },
    };
    put({ manifests: [own, beside(digestOf("other"))] }, mediaTypes.ociIndex, "1");
    expect((await used()).purls).toEqual(["pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"]);
    put({ manifests: [own, beside(image)] }, mediaTypes.ociIndex, "1");
    const { purls: found, err } = await used();
    expect(found).toEqual(["pkg:npm/core@1"]);
    expect(err).toContain(`from attached SBOM ${attestation.digest};`);
  });
});

describe("--attached-vex any", () => {
  const OPENVEX = "application/vnd.openvex+json";
  const notAffected = (): string =>
    openVex("team", "CVE-1", "not_affected").replace(
      "pkg:npm/lodash",
      `pkg:oci/app?repository_url=${target.replace(/:1$/, "")}`,
    );
  const judged = async (...args: readonly string[]) => {
    const { exit, out, err } = await scan("--json", "--advisories", feed(), "--fail-on", "never", ...args);
    const report = JSON.parse(out) as {
      findings: { suppressedBy?: string; vex?: { reason: string; scope: string } }[];
      attachedVex?: object;
      vexTrust?: object;
      digests: object;
    };
    return {
      exit,
      err,
      report,
      by: report.findings[0]?.suppressedBy,
      reason: report.findings[0]?.vex?.reason,
    };
  };

  it("is not heard unless asked for", async () => {
    await attach(notAffected(), OPENVEX);
    const { by, report } = await judged();
    expect(by).toBeUndefined();
    expect(report).not.toHaveProperty("attachedVex");
  });

  it("answers for the image, and is told with its weight", async () => {
    await attach(notAffected(), OPENVEX);
    const damaged = await attach("{", OPENVEX);
    const { by, report, err } = await judged("--attached-vex", "any");
    expect(by).toBe("vex:attached:image");
    expect(report).toMatchObject({
      vexTrust: { "attached:image": 0.5 },
      attachedVex: { repository: `${registry.host}/team/app`, documents: 1, statements: 1, leftOutCount: 1 },
      digests: { attachedVex: expect.stringMatching(/^sha256:/) as string },
    });
    expect(err).toContain(`stella: attached VEX left out: ${damaged}: not JSON`);
    expect(err).toContain("stella: attached VEX: 1 statement in 1 document; signatures were not checked\n");
    expect((await judged("--attached-vex", "any")).report).toEqual(report);
  });

  it("overrules nobody who weighs more, unless it is given the weight", async () => {
    await attach(notAffected(), OPENVEX);
    const vendor = join(folder, "vendor.json");
    writeFileSync(vendor, openVex("vendor", "CVE-1", "affected").replace("lodash", "a"));
    const given = ["--vex", vendor, "--attached-vex", "any"];
    const { by, reason } = await judged(...given);
    expect([by, reason]).toEqual([undefined, expect.stringContaining("closer, but 0.5 weigh less")]);
    expect((await judged(...given, "--vex-weight", "attached:image=1")).by).toBe("vex:attached:image");
    expect((await judged(...given, "--vex-weight", "attached:image=0")).reason).toBe(
      "affected by vendor.json (weight 1)",
    );
  });

  it("is asked by vex explain", async () => {
    await attach(notAffected(), OPENVEX);
    const { out } = await stella(
      ...[
        "vex",
        "explain",
        "CVE-1",
        "--target",
        target,
        "--attached-vex",
        "any",
        "--platform",
        "linux/amd64",
      ],
      ...["--cache-dir", join(folder, "cache")],
    );
    expect(out).toMatch(/not_affected +image +0\.5 +attached:image +https:\/\/team\.example\/1 +team /);
  });

  it.each([
    { args: ["scan", "oci-dir:x", "--attached-vex", "any"], says: "TARGET_NOT_IN_REGISTRY" },
    {
      args: ["vex", "explain", "CVE-1", "--purl", "pkg:npm/a@1", "--attached-vex", "any"],
      says: "TARGET_NOT_IN_REGISTRY",
    },
    { args: ["scan", "a.io/b", "--vex-weight", "attached:image=1"], says: "VEX_WEIGHT_UNUSED" },
  ])("refuses $args", async ({ args, says }) => {
    const { exit, err } = await stella(...args, "--cache-dir", join(folder, "cache"));
    expect([exit, err]).toEqual([2, expect.stringContaining(says)]);
  });
});
