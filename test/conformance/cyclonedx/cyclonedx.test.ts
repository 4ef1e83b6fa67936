// SPDX-License-Identifier: Apache-2.0
/** Our CycloneDX 1.6 documents against the official schema; origin in testdata/README.md. */
import { describe, expect, it } from "vitest";
import { cycloneDxText, scanImage, toCycloneDx, type Sbom } from "#engines/scanner/index.ts";
import { everyEcosystem } from "#engines/scanner/testing/every-ecosystem.ts";
import {
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

async function sbomOf(...layers: Parameters<typeof memoryLayer>[0][]): Promise<Sbom> {
  const ports = { fragmentCache: memoryFragmentCache(), layerWorkers: inlineWorkers };
  return (await scanImage(memoryImage(layers.map(memoryLayer)), linuxAmd64, ports)).sbom;
}

describe("toCycloneDx", () => {
  it.each([
    { name: "an image of every ecosystem", layers: [everyEcosystem], aggregate: "complete" },
    { name: "an image that was read in part", layers: [everyEcosystem, [broken]], aggregate: "incomplete" },
    { name: "an empty image", layers: [[]], aggregate: "complete" },
  ])("is valid for $name", async ({ layers, aggregate }) => {
    const bom = toCycloneDx(await sbomOf(...layers), { ...meta, timestamp: "2026-01-01T00:00:00Z" });
    validate(JSON.parse(cycloneDxText(bom)));
    expect(validate.errors ?? []).toEqual([]);
    expect(bom.compositions[0]?.aggregate).toBe(aggregate);
  });

  it("has each reference once", async () => {
    const twice = everyEcosystem.map((file) => ({ ...file, path: file.path.replace("app/", "other/") }));
    const { components, metadata } = toCycloneDx(await sbomOf(everyEcosystem, twice), meta);
    const refs = [metadata.component, ...metadata.tools.components, ...components].map(
      (part) => part["bom-ref"],
    );
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

  it("says of a package all that is known", async () => {
    const { components } = toCycloneDx(await sbomOf(everyEcosystem), meta);
    expect(components.find(({ name }) => name === "six")).toMatchObject({
      type: "library",
      "bom-ref": "pkg:pypi/six@1.16.0",
      version: "1.16.0",
      licenses: [{ license: { id: "MIT" } }],
      purl: "pkg:pypi/six@1.16.0",
      evidence: {
        occurrences: [{ location: "/usr/lib/python3/dist-packages/six-1.16.0.egg-info", line: 1 }],
      },
      properties: expect.arrayContaining([
        { name: "stella:layer:index", value: "0" },
        {
          name: "stella:ownedBy",
          value: "pkg:deb/debian/python3-six@1.16.0-4?arch=all&distro=debian-12&upstream=six",
        },
      ]) as unknown,
    });
  });
});
