// SPDX-License-Identifier: Apache-2.0
/**
 * OpenVEX documents to claims. Follows https://github.com/openvex/spec (v0.2.0); the string forms of v0.0.1
 * are read too. A statement that breaks the rules is refused with its path, and the others go on.
 */
import type { VexStatus } from "../../types.ts";
import type { VexClaim, VexProduct, VexReading } from "../types.ts";
import { isObject, Place, Problems, textOf, timeOf } from "./fault.ts";
import type { Json } from "./fault.ts";
import { isJustification } from "./justifications.ts";
import { idsOf, isStrongName } from "./names.ts";

const MAX_IDS = 50;
const MAX_PRODUCTS = 10_000;

const STATUSES: readonly string[] = ["not_affected", "affected", "fixed", "under_investigation"];

export function isOpenVex({ "@context": context }: Json): boolean {
  return typeof context === "string" && /^https:\/\/openvex\.dev\/ns(\/v0\.\d+\.\d+)?$/.test(context);
}

/** @throws VEX_DOCUMENT_INVALID when the document as a whole cannot be read; `data` has document, path, reason */
export function readOpenVex(document: Json, name: string): VexReading {
  const place = new Place(name, "statements");
  const { statements, "@id": id } = document;
  if (!Array.isArray(statements)) throw place.refuse("expected a list");
  const claims: VexClaim[] = [];
  const problems = new Problems();
  for (const [index, statement] of statements.entries()) {
    problems.attempt(new Place(name), () => {
      claims.push(readStatement(statement, document, place.item(index)));
    });
  }
  const named = typeof id === "string" && id !== "" ? { id: id.slice(0, 500) } : {};
  const author = textOf(document["author"]);
  const written = author === undefined ? {} : { author };
  return { ...named, ...written, claims, problems: problems.kept, problemCount: problems.count, unnamed: 0 };
}

function readStatement(value: unknown, document: Json, place: Place): VexClaim {
  if (!isObject(value)) throw place.refuse("expected an object");
  const vulnerabilities = readVulnerability(value["vulnerability"], place.at("vulnerability"));
  const status = value["status"];
  if (typeof status !== "string" || !STATUSES.includes(status)) {
    throw place.at("status").refuse(`expected one of ${STATUSES.join(", ")}`);
  }
  const justification = value["justification"];
  if (justification !== undefined && justification !== "" && !isJustification(justification)) {
    throw place.at("justification").refuse("not a justification of the OpenVEX specification");
  }
  const impact = textOf(value["impact_statement"]);
  const action = textOf(value["action_statement"]);
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
    ...(action === undefined ? {} : { action }),
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
  return timeOf(given, place.at("timestamp"));
}

function readProducts(value: unknown, place: Place): readonly VexProduct[] {
  if (!Array.isArray(value) || value.length === 0)
    throw place.refuse("a statement needs at least one product");
  if (value.length > MAX_PRODUCTS) throw place.refuse(`more than ${MAX_PRODUCTS} products`);
  return value.map((product: unknown, index): VexProduct => {
    const here = place.item(index);
    const ids = readIds(product);
    if (ids.length === 0) throw here.refuse("no @id, identifier or hash");
    const given = isObject(product) ? (product["subcomponents"] ?? []) : [];
    // Read as "none", anything else here would widen the statement to the whole product.
    if (!Array.isArray(given)) throw here.at("subcomponents").refuse("expected a list");
    if (given.length > MAX_PRODUCTS) throw here.at("subcomponents").refuse(`more than ${MAX_PRODUCTS}`);
    return { ids, subcomponents: given.map(readIds) };
  });
}

/** purls from `@id` and `identifiers`, sha-256 from `hashes`; a CPE where there are none. Anything else names nothing that we know. */
function readIds(value: unknown): readonly string[] {
  if (typeof value === "string") return idsOf([value]);
  if (!isObject(value)) return [];
  const { "@id": own, identifiers, hashes } = value;
  const given: Json = isObject(identifiers) ? identifiers : {};
  const hex = isObject(hashes) ? textOf(hashes["sha-256"] ?? hashes["sha256"]) : undefined;
  const ids = idsOf([own, given["purl"], hex === undefined ? undefined : `sha256:${hex.toLowerCase()}`]);
  return ids.some(isStrongName) ? ids : idsOf([...ids, given["cpe23"] ?? given["cpe22"]]);
}

function lastSegment(uri: string | undefined): string | undefined {
  return uri === undefined ? undefined : textOf(uri.split("/").at(-1));
}
