// SPDX-License-Identifier: Apache-2.0
/**
 * CSAF 2.0 documents to claims, of the profile VEX and of any other that gives products a status. Sections 3.2.3.5 (flags), 3.2.3.9
 * (product status), 3.2.3.12 (remediations) and 3.2.3.14 (threats) of the specification.
 */
import { byText } from "#lib/compare.ts";
import { severityOfWord } from "../../advisories/severity-words.ts";
import { productNames } from "../../csaf/product-names.ts";
import { readCsaf } from "../../csaf/read-csaf.ts";
import type { CsafStatus, CsafVulnerability } from "../../csaf/schema.ts";
import type { Csaf, CsafFault } from "../../csaf/types.ts";
import type { VexStatus } from "../../types.ts";
import type { VexClaim, VexProduct, VexReading } from "../types.ts";
import { Place, Problems, textOf } from "./fault.ts";
import { isCpeOnly } from "./names.ts";

/** `recommended` is missing: a vendor may recommend a version of any status. */
const STATUSES: readonly (readonly [CsafStatus, VexStatus])[] = [
  ["known_not_affected", "not_affected"],
  ["known_affected", "affected"],
  ["first_affected", "affected"],
  ["last_affected", "affected"],
  ["fixed", "fixed"],
  ["first_fixed", "fixed"],
  ["under_investigation", "under_investigation"],
];

/** What decides most first. */
const REMEDIES = ["vendor_fix", "no_fix_planned", "none_available", "mitigation", "workaround"] as const;

const MAX_ACTION = 300;

/** @throws VEX_DOCUMENT_INVALID when a validator would refuse the document */
export function readCsafVex(document: unknown, name: string): VexReading {
  const reading = readCsaf(document);
  if (!reading.ok) throw refused(name, reading.faults);
  const { csaf } = reading;
  const problems = new Problems();
  let unnamed = 0;
  const claims = csaf.vulnerabilities.flatMap((vulnerability, index) => {
    const place = new Place(name, `$.vulnerabilities[${index}]`);
    const ids = idsOf(vulnerability);
    if (ids.length === 0) return [];
    const found = claimsOf(vulnerability, ids, csaf, place, problems);
    unnamed += found.unnamed;
    return found.claims;
  });
  const author = textOf(csaf.document.publisher.name);
  return {
    id: csaf.document.tracking.id.slice(0, 500),
    ...(author === undefined ? {} : { author }),
    claims,
    problems: problems.kept,
    problemCount: problems.count,
    unnamed,
  };
}

function refused(name: string, [first, ...others]: readonly [CsafFault, ...CsafFault[]]): Error {
  const more = others.length === 0 ? "" : ` (fails ${others.map(({ test }) => test).join(", ")} too)`;
  const test = /^\d/.test(first.test) ? `CSAF test ${first.test}: ` : "";
  return new Place(name, first.path).refuse(`${test}${first.reason}${more}`);
}

/** The CVE, then what other ids look like a vulnerability's: bug numbers do not. */
function idsOf({ cve, ids = [] }: CsafVulnerability): readonly string[] {
  const others = ids
    .map(({ text }) => text)
    .filter((text) => /^[A-Za-z][A-Za-z\d]*-[\w.:-]*\d[\w.:-]*$/.test(text));
  return [...new Set([...(cve === undefined ? [] : [cve]), ...others].map((id) => id.toUpperCase()))].slice(
    0,
    50,
  );
}

/** What is said alike of several products. */
type Saying = Omit<VexClaim, "vulnerabilities" | "products">;

function claimsOf(
  vulnerability: CsafVulnerability,
  vulnerabilities: readonly string[],
  csaf: Csaf,
  place: Place,
  problems: Problems,
): { claims: readonly VexClaim[]; unnamed: number } {
  const said = sayings(vulnerability, csaf);
  const groups = new Map<string, { saying: Saying; products: ProductList }>();
  let unnamed = 0;
  for (const [member, status] of STATUSES) {
    let unjustified = 0;
    for (const id of new Set(vulnerability.product_status?.[member])) {
      const names = productNames(id, csaf.products);
      const saying = said(id, status);
      if (names === undefined) unnamed += 1;
      else if (status === "not_affected" && saying.justification === undefined && saying.impact === undefined)
        unjustified += 1;
      else {
        const key = JSON.stringify([
          status,
          saying.justification,
          saying.impact,
          saying.action,
          saying.timestamp,
        ]);
        const group = groups.get(key) ?? { saying, products: new ProductList() };
        groups.set(key, group);
        group.products.add(names.whole, names.part);
      }
    }
    if (unjustified > 0) {
      const reason = `${unjustified} products have neither a flag nor an impact statement`;
      problems.add(() => place.at(`product_status.${member}`).refuse(reason));
    }
  }
  const claims = [...groups.values()].map(({ saying, products }) => ({
    vulnerabilities,
    ...saying,
    products: products.all(),
  }));
  return { claims, unnamed };
}

/** Why, what to do and when, by product and status. */
function sayings(
  { flags = [], threats = [], remediations = [] }: CsafVulnerability,
  { document, productsOf }: Csaf,
): (id: string, status: VexStatus) => Saying {
  const labels = new Map<string, { justification: string; timestamp: string }>();
  const released = document.tracking.current_release_date;
  for (const flag of flags) {
    const timestamp = utc(flag.date ?? released);
    for (const id of productsOf(flag)) labels.set(id, { justification: flag.label, timestamp });
  }
  const impacts = new Map<string, string>();
  for (const threat of threats) {
    const text = textOf(threat.details);
    // A word of severity says how bad it would be, not why it is not.
    if (threat.category !== "impact" || text === undefined || severityOfWord(text) !== "unknown") continue;
    for (const id of productsOf(threat)) if (!impacts.has(id)) impacts.set(id, text);
  }
  const fixes = new Map<string, string>();
  const actions = new Map<string, string>();
  const ranked = [...remediations].sort(
    (a, b) => REMEDIES.indexOf(a.category) - REMEDIES.indexOf(b.category),
  );
  for (const { category, details, url, ...about } of ranked) {
    const text = `${category}${url === undefined ? "" : ` ${url}`}: ${details.replace(/\s+/g, " ").trim()}`;
    for (const id of productsOf(about)) {
      const before = actions.get(id);
      if (before === undefined || before.length < MAX_ACTION)
        actions.set(id, (before === undefined ? text : `${before}; ${text}`).slice(0, MAX_ACTION));
      if (category === "vendor_fix" && !fixes.has(id)) fixes.set(id, text.slice(0, MAX_ACTION));
    }
  }
  return (id, status) => {
    const impact = status === "not_affected" ? impacts.get(id) : undefined;
    const action = status === "not_affected" ? undefined : (status === "fixed" ? fixes : actions).get(id);
    return {
      status,
      ...(impact === undefined ? {} : { impact }),
      ...(action === undefined ? {} : { action }),
      timestamp: utc(released),
      ...(status === "not_affected" ? labels.get(id) : {}),
    };
  };
}

const utc = (time: string): string => new Date(time).toISOString();

/** Products with their subcomponents; a platform that many packages are part of stands once. */
class ProductList {
  readonly #byNames = new Map<string, { ids: readonly string[]; parts: Map<string, readonly string[]> }>();

  add(ids: readonly string[], part: readonly string[] | undefined): void {
    // What is said of the whole is not what is said of its parts.
    const key = `${part === undefined ? "" : "/"}${ids.join("\0")}`;
    const entry = this.#byNames.get(key) ?? { ids, parts: new Map<string, readonly string[]>() };
    this.#byNames.set(key, entry);
    if (part !== undefined) entry.parts.set(part.join("\0"), part);
  }

  all(): readonly VexProduct[] {
    return [...this.#byNames.values()].map(({ ids, parts }) => ({
      ids,
      ...(isCpeOnly(ids) ? { isCpeOnly: true as const } : {}),
      subcomponents: [...parts].sort(([a], [b]) => byText(a, b)).map(([, names]) => names),
    }));
  }
}
