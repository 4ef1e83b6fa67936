// SPDX-License-Identifier: Apache-2.0
/** The part of CycloneDX 1.6 that our documents use. Source: https://cyclonedx.org/docs/1.6/json/ */
import type { CycloneDxLicenses } from "./licenses.ts";

export interface Property {
  readonly name: string;
  readonly value: string;
}

export interface Hash {
  readonly alg: "SHA-256";
  readonly content: string;
}

export interface ExternalReference {
  readonly type: "bom";
  readonly url: string;
  readonly comment?: string;
  readonly hashes?: readonly Hash[];
}

export interface Supplier {
  readonly name: string;
  readonly contact?: readonly { readonly email: string }[];
}

export interface Occurrence {
  readonly location: string;
  readonly line?: number;
  readonly offset?: number;
}

export type PartType = "application" | "container" | "file" | "framework" | "library" | "operating-system";

export interface Part {
  readonly type: PartType;
  readonly "bom-ref": string;
  readonly supplier?: Supplier;
  readonly name: string;
  readonly group?: string;
  readonly version?: string;
  readonly description?: string;
  readonly hashes?: readonly Hash[];
  readonly licenses?: CycloneDxLicenses;
  readonly purl?: string;
  readonly evidence?: { readonly occurrences: readonly Occurrence[] };
  readonly properties?: readonly Property[];
}

export interface Dependency {
  readonly ref: string;
  readonly dependsOn?: readonly string[];
}

export interface Composition {
  readonly aggregate: "complete" | "incomplete";
  readonly assemblies: readonly string[];
}

export interface CycloneDx {
  readonly $schema: string;
  readonly bomFormat: "CycloneDX";
  readonly specVersion: "1.6";
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: {
    readonly timestamp?: string;
    readonly tools: { readonly components: readonly Part[] };
    readonly component: Part;
    readonly properties: readonly Property[];
  };
  readonly components: readonly Part[];
  readonly externalReferences?: readonly ExternalReference[];
  readonly dependencies: readonly Dependency[];
  readonly compositions: readonly Composition[];
}
