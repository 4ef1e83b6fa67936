// SPDX-License-Identifier: Apache-2.0
/** CustomResourceDefinition objects from the kinds of `crds/`. Follows apiextensions.k8s.io/v1. */
import { CATEGORY, GROUP, NOT_OBSERVED, VERSION } from "#crds/index.ts";
import type { Column, kinds } from "#crds/index.ts";
import { structural } from "./structural.ts";
import type { Structural } from "./structural.ts";

export type Kind = (typeof kinds)[number];

/** `scans.stella-ops.org` */
export function crdName(kind: Kind): string {
  return `${kind.plural}.${GROUP}`;
}

export function crdOf(kind: Kind) {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: crdName(kind),
      labels: { "app.kubernetes.io/name": "stellaops", "app.kubernetes.io/part-of": "stellaops" },
    },
    spec: {
      group: GROUP,
      scope: kind.scope,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
        categories: [CATEGORY],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: kind.columns.map(columnOf),
          ...(kind.selectable.length === 0
            ? {}
            : { selectableFields: kind.selectable.map((jsonPath) => ({ jsonPath })) }),
          schema: { openAPIV3Schema: rootSchema(kind) },
        },
      ],
    },
  };
}

/** Of the root only `spec` and `status` are ours to restrict. */
export function rootSchema(kind: Kind): Structural {
  const root = structural(kind.schema);
  const properties = root.properties ?? {};
  return {
    ...root,
    required: ["spec"],
    properties: {
      apiVersion: { description: properties["apiVersion"]?.description ?? "", type: "string" },
      kind: { description: properties["kind"]?.description ?? "", type: "string" },
      metadata: { type: "object" },
      spec: properties["spec"] ?? {},
      status: { ...(properties["status"] ?? {}), default: { observedGeneration: NOT_OBSERVED } },
    },
  };
}

function columnOf({ name, type, jsonPath, description, priority }: Column) {
  return { name, type, jsonPath, description, ...(priority === undefined ? {} : { priority }) };
}
