// SPDX-License-Identifier: Apache-2.0
/** Our CycloneDX 1.6 documents against the official schema; origin in testdata/README.md. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  cycloneDxText,
  layerBom,
  layerBomLink,
  layerSerial,
  scanImage,
  toCycloneDx,
  type CycloneDx,
  type Sbom,
} from "#engines/scanner/index.ts";
import { diffIds, richSbom, shuffledSbom } from "#engines/scanner/formats/testing/rich-sbom.ts";
import { everyEcosystem } from "#engines/scanner/testing/every-ecosystem.ts";
import {
  fragmentOf,
  inlineWorkers,
  linuxAmd64,
  memoryFragmentCache,
  memoryImage,
  memoryLayer,
} from "#engines/scanner/testing/images.ts";
import { cycloneDxValidator } from "#test/support/cyclonedx-schema.ts";

const validate = cycloneDxValidator();

const meta = { imageName: "registry.example/app", toolVersion: "1.0.0" };
const broken = { path: "app/node_modules/broken/package.json", content: "{" };
const golden = (name: string): string => join(import.meta.dirname, "testdata/golden", name);

async function sbomOf(...layers: Parameters<typeof memoryLayer>[0][]): Promise<Sbom> {
  const ports = { fragmentCache: memoryFragmentCache(), layerWorkers: inlineWorkers };
  return (await scanImage(memoryImage(layers.map(memoryLayer)), linuxAmd64, ports)).sbom;
}

function schemaErrors(bom: CycloneDx): unknown {
  validate(JSON.parse(cycloneDxText(bom)));
  return validate.errors ?? [];
}

const refsOf = ({ components, metadata }: CycloneDx): string[] =>
  [metadata.component, ...metadata.tools.components, ...components].map((part) => part["bom-ref"]);

describe("toCycloneDx", () => {
  it.each([
    { name: "an image of every ecosystem", layers: [everyEcosystem], aggregate: "complete" },
    { name: "an image that was read in part", layers: [everyEcosystem, [broken]], aggregate: "incomplete" },
    { name: "an empty image", layers: [[]], aggregate: "complete" },
  ])("is valid for $name", async ({ layers, aggregate }) => {
    const bom = toCycloneDx(await sbomOf(...layers), { ...meta, timestamp: "2026-01-01T00:00:00Z" });
    expect(schemaErrors(bom)).toEqual([]);
    expect(bom.compositions[0]?.aggregate).toBe(aggregate);
  });

  it("has each reference once", async () => {
    const twice = everyEcosystem.map((file) => ({ ...file, path: file.path.replace("app/", "other/") }));
    const refs = refsOf(toCycloneDx(await sbomOf(everyEcosystem, twice), meta));
    expect(new Set(refs).size).toBe(refs.length);
  });

  it("is the same bytes for the same image, and another serial number for another", async () => {
    const [first, again, other] = await Promise.all([
      sbomOf(everyEcosystem),
      sbomOf(everyEcosystem),
      sbomOf([]),
    ]);
    expect(cycloneDxText(toCycloneDx(again, meta))).toBe(cycloneDxText(toCycloneDx(first, meta)));
    expect(toCycloneDx(other, meta).serialNumber).not.toBe(toCycloneDx(first, meta).serialNumber);
  });

  it.each(["inventory", "usage"] as const)("keeps its bytes: %s", async (view) => {
    const bom = toCycloneDx(richSbom, { ...meta, view, timestamp: "2026-01-02T03:04:05.5Z" });
    expect(schemaErrors(bom)).toEqual([]);
    await expect(cycloneDxText(bom)).toMatchFileSnapshot(golden(`${view}.cdx.json`));
    const shuffled = toCycloneDx(shuffledSbom, { ...meta, view, timestamp: "2026-01-02T03:04:05.5Z" });
    expect(cycloneDxText(shuffled)).toBe(cycloneDxText(bom));
  });

  it("leaves out a time that is none", () => {
    const bom = toCycloneDx(richSbom, { ...meta, timestamp: "yesterday" });
    expect(bom).toEqual(toCycloneDx(richSbom, meta));
  });

  it.each(["inventory", "usage"] as const)("leads to each component, by refs that are there: %s", (view) => {
    const bom = toCycloneDx(richSbom, { ...meta, view });
    const rows = new Map(bom.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
    expect(rows.size).toBe(bom.dependencies.length);
    const reached = new Set<string>();
    const visit = (ref: string): void => {
      if (reached.has(ref)) return;
      reached.add(ref);
      rows.get(ref)?.forEach(visit);
    };
    visit(bom.metadata.component["bom-ref"]);
    const tools = bom.metadata.tools.components.map((tool) => tool["bom-ref"]);
    expect([...reached, ...tools].sort()).toEqual(refsOf(bom).sort());
  });

  it("shows in the usage view what is used, and does not claim to be complete", () => {
    const whole = { ...richSbom, omissions: [] };
    const usage = toCycloneDx(whole, { ...meta, view: "usage" });
    expect(usage.components.map(({ name }) => name)).toEqual(["debian", "libc6", "tool", "y"]);
    expect(usage.compositions[0]?.aggregate).toBe("incomplete");
    expect(toCycloneDx(whole, meta).compositions[0]?.aggregate).toBe("complete");
  });
});

describe("layerBom", () => {
  it("is valid, keeps its bytes, and is found by the image's BOM-Link", async () => {
    const fragment = await fragmentOf(everyEcosystem);
    const bom = layerBom(fragment);
    expect(schemaErrors(bom)).toEqual([]);
    expect(cycloneDxText(layerBom(await fragmentOf(everyEcosystem)))).toBe(cycloneDxText(bom));
    expect(bom.serialNumber).toBe(layerSerial(fragment.diffId, fragment.analyzers));
    const link = layerBomLink(fragment, bom);
    const sbom = await sbomOf(everyEcosystem, [broken]);
    const image = toCycloneDx(sbom, { ...meta, layerBoms: [link] });
    expect(schemaErrors(image)).toEqual([]);
    expect(image.externalReferences).toEqual([
      {
        type: "bom",
        url: `urn:cdx:${bom.serialNumber.replace("urn:uuid:", "")}/1`,
        comment: `layer 0 ${fragment.diffId}`,
        hashes: [{ alg: "SHA-256", content: link.sha256 }],
      },
    ]);
  });

  it("has another serial number with another analyzer's version or layer", () => {
    const [a, b] = diffIds;
    const serials = [layerSerial(a!, { x: 1 }), layerSerial(a!, { x: 2 }), layerSerial(b!, { x: 1 })];
    expect(new Set(serials).size).toBe(3);
    expect(layerSerial(a!, { y: 1, x: 1 })).toBe(layerSerial(a!, { x: 1, y: 1 }));
  });

  it("is valid where a package stands twice and no distro is known", async () => {
    const pkg = { path: "a/node_modules/x/package.json", content: '{"name":"x","version":"1.0.0"}' };
    const files = [
      pkg,
      { ...pkg, path: "b/node_modules/x/package.json" },
      { path: "lib/apk/db/installed", content: "P:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\n" },
    ];
    const bom = layerBom(await fragmentOf(files));
    expect(schemaErrors(bom)).toEqual([]);
    expect(bom.components.map((part) => part["bom-ref"])).toEqual([
      "pkg:apk/linux/musl@1.2.5-r0?arch=x86_64",
      "pkg:npm/x@1.0.0#a/node_modules/x/package.json",
      "pkg:npm/x@1.0.0#b/node_modules/x/package.json",
    ]);
  });
});
