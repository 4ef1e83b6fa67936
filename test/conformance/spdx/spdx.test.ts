// SPDX-License-Identifier: Apache-2.0
/** Our SPDX 2.3 documents against the official schema and the SPDX project's own tools; origin in testdata/README.md. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2019 } from "ajv/dist/2019.js";
import formats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { layerSpdx, layerSpdxLink, spdxText, toSpdx, type Sbom, type Spdx } from "#engines/scanner/index.ts";
import { richSbom, shuffledSbom } from "#engines/scanner/formats/testing/rich-sbom.ts";
import { everyEcosystem } from "#engines/scanner/testing/every-ecosystem.ts";
import { fragmentOf } from "#engines/scanner/testing/images.ts";
import { findSpdxTools, validate } from "./spdx-tools.ts";

const TESTDATA = join(import.meta.dirname, "testdata");
const meta = { imageName: "registry.example/app", toolVersion: "1.0.0" };
const golden = (name: string): string => join(TESTDATA, "golden", name);

const ajv = new Ajv2019({ strict: false, allErrors: true });
formats.default(ajv);
const hasForm = ajv.compile(
  JSON.parse(await readFile(join(TESTDATA, "spdx-schema-2.3.json"), "utf8")) as object,
);

function schemaErrors(document: Spdx): unknown {
  hasForm(JSON.parse(spdxText(document)));
  return hasForm.errors ?? [];
}

async function withLayer(sbom: Sbom): Promise<{ image: Spdx; layer: Spdx }> {
  const fragment = await fragmentOf(everyEcosystem);
  const layer = layerSpdx(fragment);
  const link = { ...layerSpdxLink(fragment, layer), diffId: sbom.layers[1]!.diffId };
  return { image: toSpdx(sbom, { ...meta, layerDocuments: [link] }), layer };
}

const empty: Sbom = { ...richSbom, components: [], omissions: [] };

describe("toSpdx", () => {
  it.each(["inventory", "usage"] as const)("keeps its bytes: %s", async (view) => {
    const options = { ...meta, view, timestamp: "2026-01-02T03:04:05.5+01:00" };
    const document = toSpdx(richSbom, options);
    expect(schemaErrors(document)).toEqual([]);
    await expect(spdxText(document)).toMatchFileSnapshot(golden(`${view}.spdx.json`));
    expect(spdxText(toSpdx(shuffledSbom, options))).toBe(spdxText(document));
  });

  it("is valid for an empty image, and says so where the time is not known", () => {
    const document = toSpdx(empty, { ...meta, timestamp: "soon" });
    expect(schemaErrors(document)).toEqual([]);
    expect(document.creationInfo.created).toBe("1970-01-01T00:00:00Z");
    expect(document).toEqual(toSpdx(empty, meta));
  });

  it("has each id once, and relationships of ids that are there", async () => {
    const { image } = await withLayer(richSbom);
    const ids = new Set([image.SPDXID, ...image.packages.map(({ SPDXID }) => SPDXID)]);
    expect(ids.size).toBe(image.packages.length + 1);
    const external = image.externalDocumentRefs?.map((ref) => `${ref.externalDocumentId}:SPDXRef-Layer`);
    const known = new Set<string>([...ids, ...(external ?? []), "NOASSERTION"]);
    const used = image.relationships.flatMap((one) => [one.spdxElementId, one.relatedSpdxElement]);
    expect(used.filter((id) => !known.has(id))).toEqual([]);
    expect(external).toEqual(["DocumentRef-layer-1:SPDXRef-Layer"]);
  });

  it("defines each LicenseRef that it uses, once", () => {
    const { packages, hasExtractedLicensingInfos = [] } = toSpdx(richSbom, meta);
    const used = packages.flatMap(
      ({ licenseDeclared }) => licenseDeclared.match(/LicenseRef-[\w.-]+/g) ?? [],
    );
    expect(hasExtractedLicensingInfos.map(({ licenseId }) => licenseId)).toEqual([...new Set(used)].sort());
  });

  it("leaves open what more there may be only where something was not read or shown", () => {
    const opens = (document: Spdx): boolean =>
      document.relationships.some(({ relatedSpdxElement }) => relatedSpdxElement === "NOASSERTION");
    const whole = { ...richSbom, omissions: [] };
    expect([richSbom, whole].map((sbom) => opens(toSpdx(sbom, meta)))).toEqual([true, false]);
    expect(opens(toSpdx(whole, { ...meta, view: "usage" }))).toBe(true);
  });
});

describe("layerSpdx", () => {
  it("is valid, keeps its bytes and is named by the image's document", async () => {
    const { image, layer } = await withLayer(richSbom);
    const again = await withLayer(richSbom);
    expect(schemaErrors(layer)).toEqual([]);
    expect(schemaErrors(image)).toEqual([]);
    expect(spdxText(again.layer)).toBe(spdxText(layer));
    expect(image.externalDocumentRefs?.[0]?.spdxDocument).toBe(layer.documentNamespace);
  });
});

describe("SPDX tools", async () => {
  const tools = await findSpdxTools();
  const program = "program" in tools ? tools.program : undefined;
  const why = "reason" in tools ? ` (skipped: ${tools.reason})` : "";

  it.skipIf(program === undefined)(`find nothing wrong${why}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "stella-spdx-"));
    try {
      const { image, layer } = await withLayer(richSbom);
      const documents = { image, layer, usage: toSpdx(richSbom, { ...meta, view: "usage" }) };
      const answers = Object.entries(documents).map(async ([name, document]) => {
        const file = join(folder, `${name}.spdx.json`);
        await writeFile(file, spdxText(document));
        return [name, await validate(program!, file)];
      });
      expect(await Promise.all(answers)).toEqual(Object.keys(documents).map((name) => [name, ""]));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
