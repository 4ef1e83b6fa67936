// SPDX-License-Identifier: Apache-2.0
/**
 * OpenVEX documents to claims. Follows https://github.com/openvex/spec (v0.2.0); the string forms of v0.0.1
 * are read too. A statement that breaks the rules is refused with its path, and the others go on.
 */
import { evaluationErrors } from "../errors.ts";
import type { VexStatus } from "../types.ts";
import type { VexClaim, VexProduct } from "./types.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_TEXT = 300;
const MAX_IDS = 50;
const MAX_PRODUCTS = 10_000;

const STATUSES: readonly string[] = ["not_affected", "affected", "fixed", "under_investigation"];
const JUSTIFICATIONS: readonly string[] = [
  "component_not_present",
  "vulnerable_code_not_present",
  "vulnerable_code_not_in_execute_path",
  "vulnerable_code_cannot_be_controlled_by_adversary",
  "inline_mitigations_already_exist",
];

export interface OpenVexResult {
  /** `@id` of the document. */
  readonly id?: string;
  readonly claims: readonly VexClaim[];
  /** VEX_DOCUMENT_INVALID for each refused statement. */
  readonly problems: readonly Error[];
}

type Json = Readonly<Record<string, unknown>>;

/** @throws VEX_DOCUMENT_INVALID when the document as a whole cannot be read; `data` has document, path, reason */
export function parseOpenVex(bytes: Uint8Array | string, name: string): OpenVexResult {
  const document = readDocument(bytes, name);
  const statements = document["statements"];
  if (!Array.isArray(statements)) throw invalid(name, "statements", "expected a list");
  const id = document["@id"];
  const claims: VexClaim[] = [];
  const problems: Error[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      claims.push(readStatement(statement, document, new Place(name, `statements[${index}]`)));
    } catch (error) {
      if (!evaluationErrors.is(error)) throw error;
      problems.push(error);
    }
  }
  return { ...(typeof id === "string" && id !== "" ? { id: id.slice(0, 500) } : {}), claims, problems };
}

/** Where in which document: the half of every message. */
class Place {
  readonly document: string;
  readonly path: string;
  constructor(document: string, path: string) {
    this.document = document;
    this.path = path;
  }
  at(part: string): Place {
    return new Place(this.document, `${this.path}.${part}`);
  }
  refuse(reason: string): Error {
    return invalid(this.document, this.path, reason);
  }
}

function readDocument(bytes: Uint8Array | string, name: string): Json {
  if (bytes.length > MAX_BYTES) throw invalid(name, "", `larger than ${MAX_BYTES} bytes`);
  let parsed: unknown;
  try {
    const text = typeof bytes === "string" ? bytes : new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    parsed = JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch (cause) {
    throw invalid(
      name,
      "",
      `not JSON: ${cause instanceof Error ? cause.message.slice(0, 120) : "unreadable"}`,
      cause,
    );
  }
  if (!isObject(parsed)) throw invalid(name, "", "expected an object");
  const context = parsed["@context"];
  const known = typeof context === "string" && /^https:\/\/openvex\.dev\/ns(\/v0\.\d+\.\d+)?$/.test(context);
  if (!known) throw invalid(name, "@context", "not an OpenVEX document (https://openvex.dev/ns...)");
  return parsed;
}

function readStatement(value: unknown, document: Json, place: Place): VexClaim {
  if (!isObject(value)) throw place.refuse("expected an object");
  const vulnerabilities = readVulnerability(value["vulnerability"], place.at("vulnerability"));
  const status = value["status"];
  if (typeof status !== "string" || !STATUSES.includes(status)) {
    throw place.at("status").refuse(`expected one of ${STATUSES.join(", ")}`);
  }
  const justification = value["justification"];
  if (justification !== undefined && justification !== "" && !isOneOf(justification, JUSTIFICATIONS)) {
    throw place.at("justification").refuse("not a justification of the OpenVEX specification");
  }
  const impact = textOf(value["impact_statement"]);
  const label = typeof justification === "string" && justification !== "" ? justification : undefined;
  if (status === "not_affected" && label === undefined && impact === undefined) {
    throw place.at("justification").refuse("not_affected needs a justification or an impact_statement");
  }
  const timestamp = readTimestamp(value, document, place);
  return {
    vulnerabilities,
    status: status as VexStatus,
    ...(label === undefined ? {} : { justification: label }),
    ...(impact === undefined ? {} : { impact }),
    ...(timestamp === undefined ? {} : { timestamp }),
    products: readProducts(value["products"], place.at("products")),
  };
}

function readVulnerability(value: unknown, place: Place): readonly string[] {
  const given = typeof value === "string" ? { name: value } : value;
  if (!isObject(given)) throw place.refuse("expected a vulnerability with a name");
  const name = textOf(given["name"]) ?? lastSegment(textOf(given["@id"]));
  if (name === undefined) throw place.at("name").refuse("is required");
  const aliases = Array.isArray(given["aliases"]) ? given["aliases"].map(textOf) : [];
  const ids = [name, ...aliases.filter((alias) => alias !== undefined)].map((id) => id.toUpperCase());
  return [...new Set(ids)].slice(0, MAX_IDS);
}

/** The statement's own time goes before the document's; `last_updated` before `timestamp`. */
function readTimestamp(statement: Json, document: Json, place: Place): string | undefined {
  const given =
    statement["last_updated"] ?? statement["timestamp"] ?? document["timestamp"] ?? document["last_updated"];
  if (given === undefined || given === "") return undefined;
  const ms = typeof given === "string" ? Date.parse(given) : Number.NaN;
  if (Number.isNaN(ms)) throw place.at("timestamp").refuse("not an RFC 3339 time");
  return new Date(ms).toISOString();
}

function readProducts(value: unknown, place: Place): readonly VexProduct[] {
  if (!Array.isArray(value) || value.length === 0)
    throw place.refuse("a statement needs at least one product");
  if (value.length > MAX_PRODUCTS) throw place.refuse(`more than ${MAX_PRODUCTS} products`);
  const products = value.map((product: unknown, index): VexProduct => {
    const here = new Place(place.document, `${place.path}[${index}]`);
    const ids = readIds(product);
    if (ids.length === 0) throw here.refuse("no @id, identifier or hash");
    const given = isObject(product) ? (product["subcomponents"] ?? []) : [];
    // Read as "none", anything else here would widen the statement to the whole product.
    if (!Array.isArray(given)) throw here.at("subcomponents").refuse("expected a list");
    if (given.length > MAX_PRODUCTS) throw here.at("subcomponents").refuse(`more than ${MAX_PRODUCTS}`);
    return { ids, subcomponents: given.map(readIds) };
  });
  return products;
}

/** purls from `@id` and `identifiers`, sha-256 from `hashes`. Anything else names nothing that we know. */
function readIds(value: unknown): readonly string[] {
  if (typeof value === "string") return value === "" ? [] : [value.slice(0, 1000)];
  if (!isObject(value)) return [];
  const ids = [textOf(value["@id"])];
  const { identifiers, hashes } = value;
  if (isObject(identifiers)) ids.push(textOf(identifiers["purl"]));
  if (isObject(hashes)) {
    const hex = textOf(hashes["sha-256"] ?? hashes["sha256"]);
    if (hex !== undefined) ids.push(`sha256:${hex.toLowerCase()}`);
  }
  return [...new Set(ids.filter((id) => id !== undefined))];
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim().slice(0, MAX_TEXT);
  return text === "" ? undefined : text;
}

function lastSegment(uri: string | undefined): string | undefined {
  return uri === undefined ? undefined : textOf(uri.split("/").at(-1));
}

function isOneOf(value: unknown, allowed: readonly string[]): boolean {
  return typeof value === "string" && allowed.includes(value);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(document: string, path: string, reason: string, cause?: unknown): Error {
  const where = path === "" ? document : `${document}: ${path}`;
  return evaluationErrors.make("VEX_DOCUMENT_INVALID", `${where}: ${reason}`, {
    ...(cause === undefined ? {} : { cause }),
    data: { document, path, reason },
  });
}
