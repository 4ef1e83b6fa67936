// SPDX-License-Identifier: Apache-2.0
/**
 * The VEX document in what people attach to an image: the document itself, or an attestation around it, signed or not. in-toto
 * attestation framework v1 (spec/v1/statement.md, envelope.md), https://github.com/secure-systems-lab/dsse, and Sigstore bundles.
 */
import { dsseErrors, parseEnvelope } from "#lib/dsse/index.ts";
import { hexOf } from "#lib/digest.ts";
import { isObject, Place } from "../formats/fault.ts";
import type { Json } from "../formats/fault.ts";
import { isVex } from "../formats/index.ts";
import { isOpenVex } from "../formats/openvex.ts";
import { readJsonObject } from "../formats/read-json.ts";
import type { AttachedImage, VexSignature } from "../types.ts";

export interface Unwrapped {
  readonly bytes: string | Uint8Array;
  readonly signature: VexSignature;
}

/** Predicates that are VEX documents. A CycloneDX BOM is one where it holds analyses. */
const PREDICATES =
  /^text\/vex$|^https:\/\/(?:openvex\.dev\/ns|cyclonedx\.org\/(?:bom|vex)|docs\.oasis-open\.org\/csaf)(?:\/|$)/;
const IN_TOTO = "application/vnd.in-toto+json";

export const isVexPredicate = (type: string): boolean => PREDICATES.test(type);

/**
 * Undefined for what is no VEX: other attestations, SBOMs.
 * @param subject the image that an attestation must be about
 * @throws VEX_DOCUMENT_INVALID for what can't be read, and for attestations about something else
 */
export function unwrapVex(bytes: Uint8Array, subject: AttachedImage, name: string): Unwrapped | undefined {
  const outer = readJsonObject(bytes, name);
  const bundled = outer["dsseEnvelope"];
  if (isObject(bundled)) return ofEnvelope(bundled, subject, new Place(name, "dsseEnvelope"));
  if (typeof outer["payloadType"] === "string") return ofEnvelope(outer, subject, new Place(name));
  if ("predicateType" in outer) return ofStatement(outer, subject, new Place(name), "none");
  return isVex(outer) ? { bytes, signature: "none" } : undefined;
}

/** Nobody looks at the signatures; that there are some is told. */
function ofEnvelope(envelope: Json, subject: AttachedImage, place: Place): Unwrapped | undefined {
  const payload = payloadOf(envelope, place);
  if (payload === undefined) return undefined;
  const statement = readJsonObject(payload, `${place.document}: payload`);
  return ofStatement(statement, subject, place.at("payload"), "unverified");
}

function payloadOf(envelope: Json, place: Place): Uint8Array | undefined {
  try {
    const { payload, payloadType } = parseEnvelope(JSON.stringify(envelope));
    return payloadType === IN_TOTO ? Buffer.from(payload, "base64") : undefined;
  } catch (cause) {
    if (!dsseErrors.is(cause)) throw cause;
    throw place.refuse(cause.message, cause);
  }
}

function ofStatement(
  { predicateType, predicate, subject: subjects }: Json,
  subject: AttachedImage,
  place: Place,
  signature: VexSignature,
): Unwrapped | undefined {
  if (typeof predicateType !== "string" || !isVexPredicate(predicateType)) return undefined;
  if (!isObject(predicate)) throw place.at("predicate").refuse("expected an object");
  if (!isVex(predicate)) {
    if (predicateType.startsWith("https://cyclonedx.org/")) return undefined;
    throw place
      .at("predicate")
      .refuse("it is no OpenVEX (https://openvex.dev/ns), CSAF or CycloneDX document");
  }
  if (!isAbout(subjects, subject)) throw place.at("subject").refuse("it is about another image");
  const whole = isOpenVex(predicate) ? withProducts(predicate, subject) : predicate;
  // What was signed is the statement; this is the document in it, its members in their order.
  return { bytes: JSON.stringify(whole), signature };
}

/** Of a statement without products the attestation's subject is the product (openvex/spec, ATTESTING.md). */
function withProducts(document: Json, { imageDigest }: AttachedImage): Json {
  const { statements } = document;
  if (!Array.isArray(statements)) return document;
  const whole = statements.map((one: unknown) =>
    isObject(one) && isNone(one["products"]) ? { ...one, products: [imageDigest] } : one,
  );
  return { ...document, statements: whole };
}

const isNone = (products: unknown): boolean =>
  products === undefined || (Array.isArray(products) && products.length === 0);

function isAbout(subjects: unknown, { imageDigest, indexDigest }: AttachedImage): boolean {
  const wanted = new Set([imageDigest, ...(indexDigest === undefined ? [] : [indexDigest])].map(hexOf));
  return (
    Array.isArray(subjects) &&
    subjects.some((one: unknown) => {
      const digest = isObject(one) ? one["digest"] : undefined;
      return isObject(digest) && typeof digest["sha256"] === "string" && wanted.has(digest["sha256"]);
    })
  );
}
