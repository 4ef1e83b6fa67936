// SPDX-License-Identifier: Apache-2.0
/** Our CycloneDX Protobuf against the official schema and another implementation (protobufjs); origin in testdata/README.md. */
import { join } from "node:path";
import { loadSync, type Type } from "protobufjs";
import { describe, expect, it } from "vitest";
import { cycloneDxProtobuf, layerBom, layerBomLink, toCycloneDx } from "#engines/scanner/index.ts";
import { richSbom, shuffledSbom } from "#engines/scanner/formats/testing/rich-sbom.ts";
import { everyEcosystem } from "#engines/scanner/testing/every-ecosystem.ts";
import { fragmentOf } from "#engines/scanner/testing/images.ts";
import { digestOf } from "#lib/digest.ts";

const Bom: Type = loadSync(join(import.meta.dirname, "testdata/bom-1.6.proto")).lookupType(
  "cyclonedx.v1_6.Bom",
);
const meta = { imageName: "registry.example/app", toolVersion: "1.0.0" };
const MAX_INT32 = 2 ** 31 - 1;

const decoded = (bytes: Uint8Array): Record<string, unknown> =>
  Bom.toObject(Bom.decode(bytes), { enums: String, longs: Number });

/** The JSON document as the schema would have it in Protobuf: other names, enums and a timestamp. */
function translated(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => translated(item, key));
  if (typeof value !== "object" || value === null) return scalar(value, key);
  const fields = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    if (name === "$schema" || name === "bomFormat") return [];
    if (name === "dependsOn") return [["dependencies", (inner as string[]).map((ref) => ({ ref }))]];
    if (name === "timestamp") return [[name, timestamp(inner as string)]];
    if (name === "offset" && (inner as number) > MAX_INT32) return [];
    const renamed = { "bom-ref": "bomRef", content: "value" }[name] ?? name;
    return [[renamed, translated(inner, name)]];
  });
  return Object.fromEntries(fields);
}

function scalar(value: unknown, key: string): unknown {
  const upper = String(value).toUpperCase().replaceAll("-", "_");
  if (key === "alg") return `HASH_ALG_${upper}`;
  if (key === "aggregate") return `AGGREGATE_${upper}`;
  if (key !== "type") return value;
  return value === "bom" ? "EXTERNAL_REFERENCE_TYPE_BOM" : `CLASSIFICATION_${upper}`;
}

function timestamp(text: string): object {
  const millis = Date.parse(text);
  return { seconds: Math.floor(millis / 1000), nanos: (millis - Math.floor(millis / 1000) * 1000) * 1e6 };
}

describe("cycloneDxProtobuf", () => {
  it.each([
    { name: "inventory", more: { timestamp: "2026-01-02T03:04:05.5+01:00" } },
    { name: "usage view", more: { view: "usage" as const } },
    { name: "a time before 1970", more: { timestamp: "1969-12-31T23:59:58.250Z" } },
  ])("says what the JSON says: $name", ({ more }) => {
    const bom = toCycloneDx(richSbom, { ...meta, ...more });
    expect(decoded(cycloneDxProtobuf(bom))).toEqual(translated(bom));
  });

  it("says what the JSON says of a layer and of a link to it", async () => {
    const fragment = await fragmentOf(everyEcosystem);
    const bom = layerBom(fragment);
    expect(decoded(cycloneDxProtobuf(bom))).toEqual(translated(bom));
    const [layer] = richSbom.layers;
    const link = { ...layerBomLink(fragment, bom), diffId: layer!.diffId };
    const image = toCycloneDx(richSbom, { ...meta, layerBoms: [link] });
    expect(decoded(cycloneDxProtobuf(image))).toEqual(translated(image));
  });

  it("has no field that the schema does not know, in ascending order of fields", () => {
    const bytes = cycloneDxProtobuf(toCycloneDx(richSbom, { ...meta, timestamp: "2026-01-01T00:00:00Z" }));
    const strict = Bom.decode(bytes);
    expect(Buffer.from(Bom.encode(strict).finish()).equals(bytes)).toBe(true);
  });

  it("keeps its bytes, whatever the order of components", () => {
    const bytes = cycloneDxProtobuf(toCycloneDx(richSbom, meta));
    expect(digestOf(bytes)).toMatchInlineSnapshot(
      `"sha256:6cb4ad4fa902196aa1e968935966f871a552056973e42203019a0212cbd789eb"`,
    );
    expect(Buffer.from(cycloneDxProtobuf(toCycloneDx(shuffledSbom, meta))).equals(bytes)).toBe(true);
  });
});
