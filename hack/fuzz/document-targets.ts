// SPDX-License-Identifier: Apache-2.0
/** Readers of documents and of what the scanner itself has kept: manifests, SBOMs, fragments, indexes, entry scripts. */
import { createHash } from "node:crypto";
import { ImageBomIndex, imageBomIndex } from "#engines/scanner/bom-index/image-index.ts";
import { mergeBomIndexes } from "#engines/scanner/bom-index/merge.ts";
import { MergedBomIndex } from "#engines/scanner/bom-index/merged-index.ts";
import { indexOf } from "#engines/scanner/bom-index/testing/small-images.ts";
import { composeSbom } from "#engines/scanner/compose-sbom.ts";
import { entryConfig, memoryRoot } from "#engines/scanner/entrytrace/testing/memory-root.ts";
import { traceEntry } from "#engines/scanner/entrytrace/trace-entry.ts";
import { toCycloneDx } from "#engines/scanner/formats/cyclonedx/to-cyclonedx.ts";
import { readSbom } from "#engines/scanner/formats/read/read-sbom.ts";
import { toSpdx } from "#engines/scanner/formats/spdx/to-spdx.ts";
import { richSbom } from "#engines/scanner/formats/testing/rich-sbom.ts";
import { decodeFragment, encodeFragment } from "#engines/scanner/fragment.ts";
import { LayerFacts } from "#engines/scanner/layer/layer-facts.ts";
import { defaultScanLimits } from "#engines/scanner/layer/limits.ts";
import { analyzers } from "#engines/scanner/analyzers/catalog.ts";
import { everyEcosystem } from "#engines/scanner/testing/every-ecosystem.ts";
import { digestOf, type DiffId, type ImageDigest, type LayerDigest } from "#lib/digest.ts";
import { parseImageConfig } from "#lib/oci/image-config.ts";
import { parseManifest } from "#lib/oci/manifest.ts";
import { TarReader } from "#lib/tar/index.ts";
import { writeTar } from "#lib/tar/testing/write-tar.ts";
import type { Seed, Target } from "./target.ts";
import { documentsIn } from "./testdata.ts";

const json = (name: string, value: unknown): Seed => ({ name, bytes: Buffer.from(JSON.stringify(value)) });
const digest = digestOf("x");
const descriptor = {
  mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
  digest,
  size: 10,
  annotations: { a: "b" },
};
const configured = { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: 10 };

const oci: readonly Target[] = [
  {
    name: "oci/manifest",
    seeds: () => [
      json("manifest", {
        schemaVersion: 2,
        config: configured,
        layers: [descriptor, descriptor],
        annotations: { a: "b" },
      }),
      json("index", {
        schemaVersion: 2,
        manifests: [
          {
            ...descriptor,
            mediaType: "application/vnd.oci.image.manifest.v1+json",
            platform: { os: "linux", architecture: "arm", variant: "v7" },
          },
        ],
      }),
      json("docker", {
        schemaVersion: 2,
        mediaType: "application/vnd.docker.distribution.manifest.v2+json",
        config: { ...configured, mediaType: "application/vnd.docker.container.image.v1+json" },
        layers: [],
      }),
    ],
    run: (_, bytes) => parseManifest(bytes, "", "fuzz"),
  },
  {
    name: "oci/config",
    seeds: () => [
      json("config", {
        os: "linux",
        architecture: "amd64",
        created: "2024-01-01T00:00:00Z",
        config: {
          Entrypoint: ["/a"],
          Cmd: ["b"],
          Env: ["A=b"],
          WorkingDir: "/",
          User: "1:2",
          Labels: { a: "b" },
        },
        rootfs: { type: "layers", diff_ids: [digest] },
      }),
    ],
    run: (_, bytes) => parseImageConfig(bytes, "fuzz"),
  },
];

const diffId = digestOf<DiffId>("fuzz");

function fragmentBytes(): Buffer {
  const facts = new LayerFacts(diffId, analyzers, defaultScanLimits);
  new TarReader(facts.onEntry).push(writeTar(everyEcosystem));
  return Buffer.from(encodeFragment(facts.finish()));
}

/** With its digest made right: whoever can write into a cache can do that too. */
function resealed(bytes: Buffer): Buffer {
  const newline = bytes.indexOf(10);
  const body = bytes.subarray(newline + 1);
  const [format = ""] = bytes.toString("latin1", 0, Math.max(0, newline)).split(" ");
  return Buffer.concat([
    Buffer.from(`${format} sha256:${createHash("sha256").update(body).digest("hex")}\n`),
    body,
  ]);
}

const meta = { view: "inventory", imageName: "fuzz", toolVersion: "0" } as const;

const kept: readonly Target[] = [
  {
    name: "fragment",
    seeds: () => [{ name: "every ecosystem", bytes: fragmentBytes() }],
    run: (_, bytes) => [decodeFragment(bytes, diffId), composed(decodeFragment(resealed(bytes), diffId))],
  },
  {
    name: "bom-index/image",
    seeds: () => [{ name: "rich", bytes: Buffer.from(imageBomIndex(richSbom)) }],
    run: (_, bytes) => {
      const index = new ImageBomIndex(bytes, { isVerified: true });
      return [
        [...index.purls()],
        index.diffIds.map((__, at) => [...index.rowsOfLayer(at)]),
        index.types.map((type) => [...index.rowsOfType(type)]),
        [...index.usedRows()],
      ];
    },
  },
  {
    name: "bom-index/merged",
    seeds: () => [
      {
        name: "two",
        bytes: Buffer.from(
          mergeBomIndexes({
            add: [imageBomIndex(richSbom), indexOf({ name: "b", purls: ["pkg:npm/%40x/y@1.0.0!"] })],
          }),
        ),
      },
    ],
    run: (_, bytes) => {
      const index = new MergedBomIndex(bytes, { isVerified: true });
      return [
        [...index.purls()],
        index.imagesWith(["pkg:npm/%40x/y", "pkg:deb/debian/libc6"], "used-or-unknown"),
        digestOf(mergeBomIndexes({ base: bytes })),
      ];
    },
  },
  {
    name: "formats/read",
    seeds: () => [
      ...documentsIn("engines/scanner/formats/read/testdata"),
      {
        name: "own CycloneDX",
        bytes: Buffer.from(JSON.stringify(toCycloneDx(richSbom, meta))),
      },
      { name: "own SPDX", bytes: Buffer.from(JSON.stringify(toSpdx(richSbom, meta))) },
    ],
    run: (_, bytes) => readSbom(bytes.toString("utf8"), { partialViews: true }),
  },
];

function composed(fragment: ReturnType<typeof decodeFragment>): unknown {
  if (!fragment) return undefined;
  const image = {
    imageDigest: digestOf<ImageDigest>("image"),
    platform: { os: "linux", architecture: "amd64" },
    config: {
      os: "linux",
      architecture: "amd64",
      labels: {},
      ...entryConfig({ entrypoint: ["/srv/app/start.sh"] }),
    },
    layers: [{ digest: digestOf<LayerDigest>("layer"), diffId, size: 1, mediaType: "" }],
  };
  return composeSbom(image, [fragment]);
}

const SCRIPTS: Readonly<Record<string, string>> = {
  words:
    'x=${1:-a b}; y="${x%% *}"; set -- ${y} $(echo c) `d`; a=(e "$@"); exec app "${a[@]}" $((1 + 2)) ~ {f,g} <<EOF\n$x\nEOF\n',
  control:
    'for i in /opt/*; do case "$i" in *.sh) . "$i" ;; [a-c]*|d) continue ;; esac; done\nwhile [ -z "$z" ]; do z=1; break; done\n' +
    'if [[ $1 == -* && -x /usr/bin/app ]]; then set -- app "$@"; elif test -f /e; then eval "exec $1"; else f() { f "$@"; }; f; fi\nexec "$@"\n',
};

const entry: Target = {
  name: "entrytrace",
  seeds: () => [
    ...documentsIn("engines/scanner/entrytrace/testdata").map(({ name, bytes }) => ({ name, bytes })),
    ...Object.entries(SCRIPTS).map(([name, text]) => ({ name, bytes: Buffer.from(`#!/bin/bash\n${text}`) })),
  ],
  run: (_, bytes) => {
    const root = memoryRoot({
      "bin/bash": "elf",
      "bin/sh": "elf",
      "usr/bin/env": "elf",
      "usr/bin/app": "elf",
      "opt/one.sh": "export ONE=1\n",
      "opt/self.sh": ". /e\n",
      e: bytes.toString("utf8"),
    });
    return traceEntry(
      entryConfig({ entrypoint: ["/e"], cmd: ["app", "-x"], env: ["PATH=/usr/bin:/bin"] }),
      root,
    );
  },
};

export const documentTargets: readonly Target[] = [...oci, ...kept, entry];
