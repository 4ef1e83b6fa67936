// SPDX-License-Identifier: Apache-2.0
/**
 * An SBOM from a document, ours or another tool's: CycloneDX 1.4 to 1.6 (https://cyclonedx.org/docs/1.6/json/) or SPDX
 * 2.2 and 2.3 (https://spdx.github.io/spdx-spec/v2.3/), as JSON or as the predicate of an in-toto statement.
 */
import { nestsDeeper } from "#lib/json-depth.ts";
import { asArray, asObject } from "#lib/oci/json-fields.ts";
import type { JsonObject } from "#lib/oci/json-fields.ts";
import type { Sbom } from "../../types.ts";
import { readCycloneDx } from "./cyclonedx.ts";
import { readSpdx } from "./spdx.ts";
import { invalidSbom } from "./stated.ts";
import type { StatedDocument } from "./stated.ts";
import { toSbom, type KnownSubject } from "./to-sbom.ts";

/** UTF-16 code units of a document; the largest images' documents have a quarter of it. */
export const MAX_SBOM_LENGTH = 64 * 1024 * 1024;
/** Levels of the JSON text; nested components take two each. */
const MAX_DEPTH = 100;
/** An image has one for each of its names. */
const MAX_SUBJECTS = 1000;

export interface ReadSbomOptions {
  /** Also take documents that say that they do not list all of an image: a usage view, one layer. */
  readonly partialViews?: boolean;
  /** The image that the document is about, where it is known from elsewhere; its word is taken before the document's. */
  readonly image?: KnownSubject;
}

/** Same text and options, same SBOM. @throws SBOM_INVALID naming the place */
export function readSbom(text: string, options: ReadSbomOptions = {}): Sbom {
  const { image } = options;
  const whole = parsed(text);
  const document = statedBy(predicateOf(whole));
  if (image) mustBeAbout(image, [...statementSubjects(whole), document.subject.digest ?? []].flat());
  const view = document.facts.get("view");
  if (view !== undefined && view !== "inventory" && options.partialViews !== true) {
    const lists =
      view === "usage" ? "what the entry program uses" : `the view ${JSON.stringify(view.slice(0, 40))}`;
    throw invalidSbom(`it lists only ${lists}, so it is no inventory of the image that could be evaluated`);
  }
  const sbom = toSbom(document, { text, ...(image ? { image } : {}) });
  if (view === undefined || view === "inventory") return sbom;
  const message = `the document lists only the view ${JSON.stringify(view.slice(0, 40))} of the image`;
  return { ...sbom, omissions: [...sbom.omissions, { code: "SBOM_PARTIAL_VIEW", message }] };
}

/** A document that names no digest is taken at its place's word: a build describes an image before it has one. */
function mustBeAbout({ imageDigest, indexDigest }: KnownSubject, named: readonly string[]): void {
  if (named.length === 0 || named.includes(imageDigest)) return;
  if (indexDigest !== undefined && named.includes(indexDigest)) return;
  throw invalidSbom(`it is about ${(named[0] ?? "").slice(0, 100)}, not about ${imageDigest}`);
}

/** Subjects that an in-toto statement names (https://in-toto.io/Statement/v1), by their SHA-256. */
function statementSubjects(document: JsonObject): string[] {
  if (document["predicateType"] === undefined) return [];
  return asArray(document["subject"] ?? [], "subject", MAX_SUBJECTS, invalidSbom).flatMap((each, i) => {
    const { digest } = asObject(each, `subject[${i}]`, invalidSbom);
    const { sha256 } = asObject(digest ?? {}, `subject[${i}].digest`, invalidSbom);
    return typeof sha256 === "string" ? [`sha256:${sha256}`] : [];
  });
}

function parsed(text: string): JsonObject {
  if (text.length > MAX_SBOM_LENGTH) throw invalidSbom(`it is longer than ${MAX_SBOM_LENGTH} letters`);
  if (nestsDeeper(text, MAX_DEPTH)) throw invalidSbom(`its values nest deeper than ${MAX_DEPTH} levels`);
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    throw invalidSbom("it is not JSON; CycloneDX and SPDX are read as JSON only");
  }
  return asObject(value, "the document", invalidSbom);
}

/** What an in-toto statement says of its subject; other documents are taken as they are. */
function predicateOf(document: JsonObject): JsonObject {
  const type = document["predicateType"];
  if (type === undefined) return document;
  if (typeof type === "string" && /^https:\/\/(spdx\.dev\/Document|cyclonedx\.org\/bom)(\/|$)/.test(type)) {
    return asObject(document["predicate"], "predicate", invalidSbom);
  }
  throw invalidSbom("it is an attestation of something else: predicateType is neither SPDX nor CycloneDX");
}

const CYCLONEDX_VERSIONS: ReadonlySet<unknown> = new Set(["1.4", "1.5", "1.6"]);
const SPDX_VERSIONS: ReadonlySet<unknown> = new Set(["SPDX-2.2", "SPDX-2.3"]);

function statedBy(document: JsonObject): StatedDocument {
  const { bomFormat, specVersion, spdxVersion } = document;
  if (bomFormat === "CycloneDX") {
    if (CYCLONEDX_VERSIONS.has(specVersion)) return readCycloneDx(document);
    throw invalidSbom(`specVersion is ${shown(specVersion)}; CycloneDX 1.4, 1.5 and 1.6 are read`);
  }
  if (spdxVersion !== undefined) {
    if (SPDX_VERSIONS.has(spdxVersion)) return readSpdx(document);
    throw invalidSbom(`spdxVersion is ${shown(spdxVersion)}; SPDX-2.2 and SPDX-2.3 are read`);
  }
  const isSpdx3 = document["@graph"] !== undefined && document["@context"] !== undefined;
  throw invalidSbom(
    isSpdx3
      ? "it looks like SPDX 3; SPDX-2.2 and SPDX-2.3 are read"
      : "it is neither CycloneDX (bomFormat) nor SPDX (spdxVersion)",
  );
}

const shown = (value: unknown): string =>
  typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : "not given as text";
