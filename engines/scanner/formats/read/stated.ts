// SPDX-License-Identifier: Apache-2.0
/** What a document states, whatever format spells it: the step between a format's fields and an SBOM. */
import type { ImageDigest } from "#lib/digest.ts";
import type { Fail } from "#lib/oci/json-fields.ts";
import { scanErrors } from "../../errors.ts";
import type { Distro, Evidence } from "../../types.ts";

/** As many as an SBOM of ours can have. */
export const MAX_PACKAGES = 250_000;
/** Requirements between packages; a distro's whole archive has fewer. */
export const MAX_RELATIONS = 2_000_000;
/** Of names, versions and paths; no real one is as long. */
export const MAX_TEXT = 4096;
/** Facts and licences of one package; provided capabilities are the most. */
export const MAX_ITEMS = 20_000;

/** A package as a document gives it. */
export interface StatedPackage {
  /** Place in the document, e.g. `components[3]`. */
  readonly place: string;
  /** By which the document's other parts name it; "" where it has none. */
  readonly ref: string;
  readonly name: string;
  readonly version: string;
  /** As written; "" where there is none. */
  readonly purl: string;
  readonly licenses: readonly string[];
  readonly supplier?: string;
  readonly sha256?: string;
  readonly evidence: readonly Evidence[];
  readonly sourcePackage?: { readonly name: string; readonly version: string };
  /** Uncompressed digest of the layer that another tool names. */
  readonly diffId?: string;
  readonly facts: Facts;
}

export interface StatedDocument {
  readonly packages: readonly StatedPackage[];
  /** Ref to the refs that it requires, where the document says so; an empty list says that there are none. */
  readonly requires: ReadonlyMap<string, readonly string[]>;
  readonly distro?: Distro;
  /** Of the document itself. */
  readonly facts: Facts;
  readonly subject: { readonly digest?: ImageDigest; readonly facts: Facts };
}

/** Names (without the prefix `stella:`) and values that our own documents carry where the format has no field. */
export class Facts {
  readonly entries: readonly (readonly [name: string, value: string])[];

  constructor(entries: readonly (readonly [name: string, value: string])[]) {
    this.entries = entries;
  }

  get(name: string): string | undefined {
    return this.entries.find(([own]) => own === name)?.[1];
  }

  all(name: string): readonly string[] {
    return this.entries.flatMap(([own, value]) => (own === name ? [value] : []));
  }
}

export const noFacts = new Facts([]);

/** For `throw`: what does not hold, with its place in the document in front. */
export const invalidSbom: Fail = (message) =>
  scanErrors.make("SBOM_INVALID", `the SBOM is not valid: ${message}`);

/** Text of a bounded length; "" when absent or null. @throws SBOM_INVALID */
export function shortText(value: unknown, place: string): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") throw invalidSbom(`${place} must be text`);
  if (value.length > MAX_TEXT)
    throw invalidSbom(`${place} has ${value.length} letters, more than ${MAX_TEXT}`);
  return value;
}

/** `/usr/lib/a.jar!/META-INF/MANIFEST.MF` in its two parts. */
export function evidenceAt(location: string): Evidence | undefined {
  const text = location.replace(/^\/+/, "");
  if (text === "" || text.includes("\0")) return undefined;
  const inside = text.indexOf("!/");
  return inside > 0 ? { path: text.slice(0, inside), inner: text.slice(inside + 2) } : { path: text };
}
