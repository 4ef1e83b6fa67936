// SPDX-License-Identifier: Apache-2.0
/**
 * CycloneDX 1.4 to 1.7 as JSON to claims: vulnerabilities with an analysis, whether beside a BOM's components or alone. Follows
 * https://cyclonedx.org/docs/1.6/json/#vulnerabilities. What is said of a component holds in the product that the BOM describes.
 */
import type { VexStatus } from "../../types.ts";
import type { VexClaim, VexProduct, VexReading } from "../types.ts";
import { bomOf } from "./cyclonedx-components.ts";
import type { CycloneDxBom } from "./cyclonedx-components.ts";
import { isObject, Place, Problems, textOf, timeOf } from "./fault.ts";
import type { Json } from "./fault.ts";
import { justificationOfCycloneDx } from "./justifications.ts";
import { isCpeOnly } from "./names.ts";
import { atVersion, withRange } from "./versioned-purl.ts";

const MAX_VULNERABILITIES = 100_000;
const MAX_AFFECTS = 10_000;
const MAX_IDS = 50;

const STATES: ReadonlyMap<unknown, VexStatus> = new Map<unknown, VexStatus>([
  ["resolved", "fixed"],
  ["resolved_with_pedigree", "fixed"],
  ["exploitable", "affected"],
  ["in_triage", "under_investigation"],
  ["false_positive", "not_affected"],
  ["not_affected", "not_affected"],
]);

export function isCycloneDx({ bomFormat }: Json): boolean {
  return bomFormat === "CycloneDX";
}

/** @throws VEX_DOCUMENT_INVALID when the document as a whole cannot be read */
export function readCycloneDxVex(document: Json, name: string): VexReading {
  const place = new Place(name);
  const { specVersion, serialNumber } = document;
  if (typeof specVersion !== "string" || !/^1\.[0-7]$/.test(specVersion))
    throw place.at("specVersion").refuse("expected 1.0 to 1.7");
  // Before 1.4 a BOM has no analyses, and may be what those of another document point to.
  const vulnerabilities = specVersion < "1.4" ? [] : (document["vulnerabilities"] ?? []);
  if (!Array.isArray(vulnerabilities)) throw place.at("vulnerabilities").refuse("expected a list");
  if (vulnerabilities.length > MAX_VULNERABILITIES)
    throw place.at("vulnerabilities").refuse(`more than ${MAX_VULNERABILITIES}`);
  const bom = bomOf(document, place);
  const metadata = isObject(document["metadata"]) ? document["metadata"] : {};
  const claims: VexClaim[] = [];
  const problems = new Problems();
  let unnamed = 0;
  for (const [index, vulnerability] of vulnerabilities.entries()) {
    const here = place.at("vulnerabilities").item(index);
    problems.attempt(place, () => {
      const found = readVulnerability(vulnerability, bom, metadata, here);
      claims.push(...found.claims);
      unnamed += found.unnamed;
    });
  }
  const id = textOf(serialNumber);
  const author = authorOf(metadata);
  return {
    ...(id === undefined ? {} : { id }),
    ...(author === undefined ? {} : { author }),
    claims,
    problems: problems.kept,
    problemCount: problems.count,
    unnamed,
    ...(bom.linked === undefined ? {} : { bom: bom.linked }),
  };
}

/** Of those whom `metadata` names: whoever supplies the product, made it, or wrote the document. */
function authorOf({ supplier, manufacturer, authors }: Json): string | undefined {
  const [first] = Array.isArray(authors) ? (authors as readonly unknown[]) : [];
  for (const one of [supplier, manufacturer, first]) {
    const name = isObject(one) ? textOf(one["name"]) : undefined;
    if (name !== undefined) return name;
  }
  return undefined;
}

type Saying = Omit<VexClaim, "products">;

function readVulnerability(
  value: unknown,
  bom: CycloneDxBom,
  metadata: Json,
  place: Place,
): { claims: readonly VexClaim[]; unnamed: number } {
  if (!isObject(value)) throw place.refuse("expected an object");
  const { analysis } = value;
  // Without one it tells of a flaw, as a disclosure report does, and not whether the product has it.
  if (!isObject(analysis) || analysis["state"] === undefined) return { claims: [], unnamed: 0 };
  const saying = sayingOf(value, analysis, metadata, place);
  const { affects } = value;
  if (!Array.isArray(affects) || affects.length === 0)
    throw place.at("affects").refuse("it names no product");
  if (affects.length > MAX_AFFECTS) throw place.at("affects").refuse(`more than ${MAX_AFFECTS}`);
  const byStatus = new Map<VexStatus, VexProduct[]>();
  let unnamed = 0;
  for (const [index, affected] of affects.entries()) {
    const found = productsOf(affected, saying.status, bom, place.at("affects").item(index));
    unnamed += found.unnamed;
    for (const { status, product } of found.products) {
      const list = byStatus.get(status);
      if (list === undefined) byStatus.set(status, [product]);
      else list.push(product);
    }
  }
  const claims = [...byStatus].map(([status, products]) => ({ ...sayingAs(saying, status), products }));
  return { claims, unnamed };
}

function sayingOf(vulnerability: Json, analysis: Json, metadata: Json, place: Place): Saying {
  const status = STATES.get(analysis["state"]);
  if (status === undefined)
    throw place.at("analysis.state").refuse(`expected one of ${[...STATES.keys()].join(", ")}`);
  const why = status === "not_affected" ? reasonOf(analysis, place) : {};
  const action = actionOf(vulnerability, analysis);
  const time = analysis["lastUpdated"] ?? analysis["firstIssued"] ?? metadata["timestamp"];
  const timestamp = timeOf(time, place.at("analysis.lastUpdated"));
  return {
    vulnerabilities: idsOf(vulnerability, place),
    status,
    ...why,
    ...(action === undefined ? {} : { action }),
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}

/** A label where there is one for the justification, its words and the detail where there is none. */
function reasonOf(analysis: Json, place: Place): Pick<VexClaim, "justification" | "impact"> {
  const detail = textOf(analysis["detail"]);
  const word = analysis["state"] === "false_positive" ? "false_positive" : textOf(analysis["justification"]);
  const label = word === undefined ? undefined : justificationOfCycloneDx(word);
  const words = label === undefined ? [word, detail] : [detail];
  const impact = textOf(words.filter((text) => text !== undefined).join(": "));
  if (label === undefined && impact === undefined)
    throw place.at("analysis.justification").refuse("not_affected needs a justification or a detail");
  return {
    ...(label === undefined ? {} : { justification: label }),
    ...(impact === undefined ? {} : { impact }),
  };
}

/** For versions with another status than the analysis: its reason and remedy are not theirs. */
function sayingAs(saying: Saying, status: VexStatus): Saying {
  if (status === saying.status) return saying;
  const { justification: _, impact: __, action: ___, ...rest } = saying;
  return {
    ...rest,
    status,
    ...(status === "not_affected" ? { impact: "the version is listed as unaffected" } : {}),
  };
}

function idsOf({ id, references }: Json, place: Place): readonly string[] {
  const own = textOf(id);
  if (own === undefined) throw place.at("id").refuse("is required");
  const others = Array.isArray(references)
    ? references.map((one: unknown) => (isObject(one) ? textOf(one["id"]) : undefined))
    : [];
  const ids = [own, ...others.filter((one) => one !== undefined)].map((one) => one.toUpperCase());
  return [...new Set(ids)].slice(0, MAX_IDS);
}

/** `will_not_fix, update: Upgrade to 2.10.5.1.` */
function actionOf({ recommendation, workaround }: Json, { response }: Json): string | undefined {
  const responses = Array.isArray(response) ? response.filter((one) => typeof one === "string") : [];
  const words = textOf(recommendation) ?? textOf(workaround);
  const parts = [responses.slice(0, 10).join(", "), words ?? ""].filter((part) => part !== "");
  return textOf(parts.join(": "));
}

interface Affected {
  readonly status: VexStatus;
  readonly product: VexProduct;
}

/** One entry of `affects`: one product, or one for each of its versions. */
function productsOf(
  value: unknown,
  status: VexStatus,
  bom: CycloneDxBom,
  place: Place,
): { products: readonly Affected[]; unnamed: number } {
  if (!isObject(value) || typeof value["ref"] !== "string") throw place.at("ref").refuse("is required");
  const { ref, versions } = value;
  const product = bom.productOf(ref);
  if (product === undefined) return { products: [], unnamed: 1 };
  if (versions === undefined) return { products: [{ status, product: marked(product) }], unnamed: 0 };
  if (!Array.isArray(versions)) throw place.at("versions").refuse("expected a list");
  if (versions.length > MAX_AFFECTS) throw place.at("versions").refuse(`more than ${MAX_AFFECTS}`);
  const products: Affected[] = [];
  for (const [index, entry] of versions.entries()) {
    const here = place.at("versions").item(index);
    if (!isObject(entry)) throw here.refuse("expected an object");
    const narrowed = narrow(product, entry, here);
    if (narrowed !== undefined)
      products.push({ status: statusOfVersion(entry["status"], status, here), product: marked(narrowed) });
  }
  return { products, unnamed: versions.length - products.length };
}

const marked = (product: VexProduct): VexProduct =>
  isCpeOnly(product.ids) ? { ...product, isCpeOnly: true } : product;

/** By the words of the schema, where `affected` is the default: it contradicts an analysis that says otherwise of all versions. */
function statusOfVersion(value: unknown, status: VexStatus, place: Place): VexStatus {
  switch (value ?? "affected") {
    case "affected":
      return status === "under_investigation" ? status : "affected";
    case "unaffected":
      return status === "fixed" ? status : "not_affected";
    case "unknown":
      return "under_investigation";
    default:
      throw place.at("status").refuse("expected affected, unaffected or unknown");
  }
}

/** Of the innermost name; undefined where no purl can say the version. */
function narrow(product: VexProduct, { version, range }: Json, place: Place): VexProduct | undefined {
  const apply = (ids: readonly string[]): readonly string[] => {
    if (typeof version === "string") return ids.flatMap((id) => atVersion(id, version) ?? []);
    if (typeof range === "string") return ids.flatMap((id) => withRange(id, range) ?? []);
    throw place.refuse("it has neither version nor range");
  };
  const [part] = product.subcomponents;
  const narrowed = apply(part ?? product.ids);
  if (narrowed.length === 0) return undefined;
  return part === undefined ? { ...product, ids: narrowed } : { ...product, subcomponents: [narrowed] };
}
