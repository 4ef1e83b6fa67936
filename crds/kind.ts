// SPDX-License-Identifier: Apache-2.0
/**
 * What a kind of ours is made of, and how one is defined: a spec, a status, names and printer columns.
 * Follows apiextensions.k8s.io/v1; the YAML in config/crd is made from these by hack/generate.
 */
import { z } from "zod";
import { CEL } from "./cel.ts";
import type { CelRule } from "./cel.ts";

export const GROUP = "stella-ops.org";
export const VERSION = "v1alpha1";
export const API_VERSION = `${GROUP}/${VERSION}`;
/** `kubectl get stella` lists every kind. */
export const CATEGORY = "stella";
/** The namespace whose objects rule the whole cluster. */
export const SYSTEM_NAMESPACE = "stellaops";

/** A column of `kubectl get`; with `priority` above 0 only of `kubectl get -o wide`. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly jsonPath: string;
  readonly description: string;
  readonly priority?: number;
}

/** Where the API server serves a kind; `lib/kube` takes it as it is. */
export interface Resource<Kind extends string = string> {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: Kind;
  readonly namespaced: boolean;
}

export interface KindNames<Kind extends string> {
  readonly kind: Kind;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly scope: "Namespaced" | "Cluster";
  /** First lines of `kubectl explain`. */
  readonly description: string;
  /** Without the closing AGE column, which every kind has. */
  readonly columns: readonly Column[];
  /** JSON paths that `kubectl get --field-selector` may ask for, beside metadata. */
  readonly selectable?: readonly string[];
  /** CEL on the whole object, the only place where a rule can read `metadata.name`. */
  readonly rules?: readonly CelRule[];
}

const optionalText = z.string().exactOptional();
const textByText = z.record(z.string(), z.string()).exactOptional();

const ownerReferenceSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().exactOptional(),
  blockOwnerDeletion: z.boolean().exactOptional(),
});

/** As much of metav1.ObjectMeta as is read here; the API server validates it, so the CRD only says `object`. */
const metadataSchema = z.object({
  name: z.string(),
  generateName: optionalText,
  namespace: optionalText,
  uid: optionalText,
  resourceVersion: optionalText,
  generation: z.int().exactOptional(),
  creationTimestamp: optionalText,
  deletionTimestamp: optionalText,
  labels: textByText,
  annotations: textByText,
  finalizers: z.array(z.string()).exactOptional(),
  ownerReferences: z.array(ownerReferenceSchema).exactOptional(),
});

const AGE: Column = {
  name: "AGE",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
  description: "Time since the object was made.",
};

function objectSchema<Kind extends string, Spec extends z.ZodType, Status extends z.ZodType>(
  names: KindNames<Kind>,
  spec: Spec,
  status: Status,
) {
  return z
    .object({
      apiVersion: z.literal(API_VERSION).meta({
        description:
          "Group and version of this schema: stella-ops.org/v1alpha1. Servers convert what they know to the latest and refuse the rest.",
      }),
      kind: z.literal(names.kind).meta({ description: `${names.kind}, the kind of this object.` }),
      metadata: metadataSchema.meta({ description: "Standard object metadata." }),
      spec,
      status: status.exactOptional(),
    })
    .meta({
      description: names.description,
      ...(names.rules === undefined ? {} : { [CEL]: names.rules }),
    });
}

/** One kind: names, columns (AGE appended), the zod schemas, and the REST resource. */
export function defineKind<const Kind extends string, Spec extends z.ZodType, Status extends z.ZodType>(
  definition: KindNames<Kind> & { readonly spec: Spec; readonly status: Status },
) {
  const { kind, plural, scope, spec, status } = definition;
  const resource: Resource<Kind> = {
    group: GROUP,
    version: VERSION,
    plural,
    kind,
    namespaced: scope === "Namespaced",
  };
  return {
    ...definition,
    rules: definition.rules ?? [],
    selectable: definition.selectable ?? [],
    columns: [...definition.columns, AGE],
    schema: objectSchema(definition, spec, status),
    resource,
  };
}

/** Values as they come from the API server: read, never changed in place. */
export type Immutable<Value> = Value extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Immutable<Value[Key]> }
    : Value;

/** The object type of a kind. */
export type ObjectOf<Definition extends { readonly schema: z.ZodType }> = Immutable<
  z.output<Definition["schema"]>
>;
/** The spec type of a kind, defaults filled in. */
export type SpecOf<Definition extends { readonly spec: z.ZodType }> = Immutable<z.output<Definition["spec"]>>;
/** The status type of a kind. */
export type StatusOf<Definition extends { readonly status: z.ZodType }> = Immutable<
  z.output<Definition["status"]>
>;
