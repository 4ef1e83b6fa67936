// SPDX-License-Identifier: Apache-2.0
/** The step from zod to a structural schema, and what every schema of ours must keep to. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { kinds } from "#crds/index.ts";
import { crdOf, rootSchema } from "./crd.ts";
import { structural } from "./structural.ts";
import type { Structural } from "./structural.ts";

describe("structural", () => {
  it.each([
    {
      name: "fields, required ones, and defaults",
      schema: z.object({
        a: z.string().max(5).meta({ description: "A." }),
        b: z.object({ c: z.boolean().default(true) }).prefault({}),
        d: z.int().min(0).max(9).meta({ format: "int32" }).exactOptional(),
      }),
      want: {
        type: "object",
        required: ["a"],
        properties: {
          a: { description: "A.", type: "string", maxLength: 5 },
          b: { type: "object", default: {}, properties: { c: { type: "boolean", default: true } } },
          d: { type: "integer", format: "int32", minimum: 0, maximum: 9 },
        },
      },
    },
    {
      name: "strict and loose objects without additionalProperties",
      schema: z.strictObject({ a: z.looseObject({ b: z.boolean() }) }),
      want: {
        type: "object",
        required: ["a"],
        properties: { a: { type: "object", required: ["b"], properties: { b: { type: "boolean" } } } },
      },
    },
    {
      name: "maps",
      schema: z.record(z.string(), z.string().max(3)).meta({ maxProperties: 2 }),
      want: { type: "object", maxProperties: 2, additionalProperties: { type: "string", maxLength: 3 } },
    },
    {
      name: "what may be null",
      schema: z.string().max(3).nullable(),
      want: { type: "string", nullable: true, maxLength: 3 },
    },
    {
      name: "times, whose format the API server checks",
      schema: z.iso.datetime({ offset: true }),
      want: { type: "string", format: "date-time" },
    },
    {
      name: "unions by their override, keeping the fields of their objects",
      schema: z
        .union([z.literal("x"), z.object({ y: z.boolean() })])
        .meta({ description: "U.", override: { "x-kubernetes-preserve-unknown-fields": true } }),
      want: {
        description: "U.",
        properties: { y: { type: "boolean" } },
        "x-kubernetes-preserve-unknown-fields": true,
      },
    },
  ])("$name", ({ schema, want }) => {
    expect(structural(schema)).toEqual(want);
  });

  it.each([
    {
      name: "a union without override",
      schema: z.object({ a: z.union([z.string(), z.boolean()]) }),
      says: ".a:",
    },
    { name: "a tuple", schema: z.object({ a: z.object({ t: z.tuple([z.string()]) }) }), says: ".a.t" },
  ])("refuses $name, naming the path", ({ schema, says }) => {
    expect(() => structural(schema)).toThrow(says);
  });
});

interface Place {
  readonly path: string;
  readonly node: Structural;
}

function places(node: Structural, path: string): readonly Place[] {
  return [
    { path, node },
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) => places(child, `${path}.${name}`)),
    ...(node.items === undefined ? [] : places(node.items, `${path}[]`)),
    ...(node.additionalProperties === undefined ? [] : places(node.additionalProperties, `${path}{}`)),
  ];
}

const bounded: Readonly<Record<string, (node: Structural) => boolean>> = {
  string: (node) =>
    node["maxLength"] !== undefined || node["enum"] !== undefined || node["format"] === "date-time",
  array: (node) => node["maxItems"] !== undefined && node["x-kubernetes-list-type"] !== undefined,
  object: (node) => node.additionalProperties === undefined || node["maxProperties"] !== undefined,
  integer: (node) =>
    node["minimum"] !== undefined && node["maximum"] !== undefined && node["format"] !== undefined,
  number: (node) => node["minimum"] !== undefined && node["maximum"] !== undefined,
  boolean: () => true,
};

describe.each(kinds.map((kind) => [kind.kind, kind] as const))("CRD of %s", (_, kind) => {
  const crd = crdOf(kind);
  const version = crd.spec.versions[0];
  const ours = ["spec", "status"].flatMap((part) => places(rootSchema(kind).properties?.[part] ?? {}, part));

  it("has the status subresource, the category, and AGE last", () => {
    expect(version?.subresources).toEqual({ status: {} });
    expect(crd.spec.names.categories).toEqual(["stella"]);
    expect(version?.additionalPrinterColumns.at(-1)?.name).toBe("AGE");
  });

  it("describes every field in a sentence", () => {
    const bad = ours.filter(
      ({ path, node }) => !/\[\]$|\{\}$/.test(path) && !/^\S.*[.]$/s.test(node.description ?? ""),
    );
    expect(bad.map(({ path }) => path)).toEqual([]);
  });

  it("bounds every text, list, map and number", () => {
    const bad = ours.filter(({ node }) => node.type !== undefined && bounded[node.type]?.(node) !== true);
    expect(bad.map(({ path }) => path)).toEqual([]);
  });

  it("leaves no field without a type but those of the policy language", () => {
    const untyped = ours.filter(({ node }) => node.type === undefined).map(({ path }) => path);
    expect(untyped.filter((path) => !path.startsWith("spec.rules[]."))).toEqual([]);
    expect(ours.filter(({ node }) => node.type === undefined && node["maxLength"] === undefined)).toEqual([]);
  });

  it("keeps observedGeneration and conditions by type", () => {
    const paths = new Map(ours.map(({ path, node }) => [path, node]));
    expect(paths.get("status.observedGeneration")?.type).toBe("integer");
    expect(paths.get("status.conditions")?.["x-kubernetes-list-map-keys"]).toEqual(["type"]);
  });

  it("prints only fields that exist", () => {
    const known = new Set(ours.map(({ path }) => `.${path}`));
    const plain =
      version?.additionalPrinterColumns.map(({ jsonPath }) => jsonPath.replace(/\[\?.*$/, "")) ?? [];
    const selectable = version?.selectableFields?.map(({ jsonPath }) => jsonPath) ?? [];
    const missing = [...plain, ...selectable].filter(
      (path) => !known.has(path) && !path.startsWith(".metadata."),
    );
    expect(missing).toEqual([]);
  });
});
