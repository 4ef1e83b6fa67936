// SPDX-License-Identifier: Apache-2.0
/**
 * CSAF 2.0 advisories, https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html: one record per vulnerability with the
 * packages that can be told by their purls. Where there are none, as with most advisories on machines, scores and words remain.
 */
import { cvssVersion } from "#lib/cvss/index.ts";
import { productNames } from "../../csaf/product-names.ts";
import { isCsaf, readCsaf } from "../../csaf/read-csaf.ts";
import type { CsafVulnerability } from "../../csaf/schema.ts";
import type { Csaf } from "../../csaf/types.ts";
import { publisherSlug } from "../../csaf/vendor.ts";
import type { Advisory, AffectedPackage } from "../../types.ts";
import { documentInvalid } from "../errors.ts";
import { chooseSeverity, severityOfWord } from "../severity-words.ts";
import type { Connector } from "../types.ts";
import { affectedBy } from "./csaf-packages.ts";
import { idText, isObject } from "./shape.ts";

const MAX_REFERENCES = 10;
const MAX_SUMMARY = 300;
/** A bug tracker's number is no id of a vulnerability. */
const VULNERABILITY_ID = /^[A-Za-z][A-Za-z\d]*-[\w.:-]*\d[\w.:-]*$/;

export const csaf: Connector = {
  id: "csaf",
  recognizes: ({ value }) => isCsaf(value),
  ignores: new Set(["changes.csv", "deletions.csv", "provider-metadata.json"]),
  normalize({ name, value }, reject) {
    // A provider's list of its documents (section 7.1.15).
    if (isObject(value) && isObject(value["feed"])) return { skipped: 1 };
    const reading = readCsaf(value);
    if (!reading.ok) {
      const [{ test, path, reason }] = reading.faults;
      const told = /^\d/.test(test) ? `test ${test} of CSAF 2.0: ${reason}` : reason;
      throw documentInvalid({ document: name, path, reason: told });
    }
    const advisories: Advisory[] = [];
    for (const [index, vulnerability] of reading.csaf.vulnerabilities.entries()) {
      const id = idOf(vulnerability);
      if (id === undefined) reject(`$.vulnerabilities[${index}]`, "it has no id of a vulnerability");
      else advisories.push(advisoryOf(vulnerability, id, reading.csaf));
    }
    return { advisories, ...(advisories.length === 0 ? { skipped: 1 } : {}) };
  },
};

function idOf({ cve, ids = [] }: CsafVulnerability): string | undefined {
  return cve ?? ids.map(({ text }) => text).find(isVulnerabilityId);
}

const isVulnerabilityId = (text: string): boolean =>
  VULNERABILITY_ID.test(text) && idText.safeParse(text).success;

function advisoryOf(vulnerability: CsafVulnerability, id: string, source: Csaf): Advisory {
  const { document } = source;
  const vendor = publisherSlug(document.publisher);
  const cvss = cvssOf(vulnerability, vendor);
  const word = severityWord(vulnerability) ?? document.aggregate_severity?.text;
  const summary = vulnerability.title ?? noteOf(vulnerability) ?? document.title;
  return {
    id,
    aliases: [...new Set((vulnerability.ids ?? []).map(({ text }) => text))]
      .filter((alias) => alias !== id && isVulnerabilityId(alias))
      .sort(),
    source: "csaf",
    vendor,
    ...(summary === "" ? {} : { summary: summary.slice(0, MAX_SUMMARY) }),
    severity: chooseSeverity(cvss, word),
    cvss,
    published: vulnerability.release_date ?? document.tracking.initial_release_date,
    modified: document.tracking.current_release_date,
    references: referencesOf(vulnerability, document),
    affected: packagesOf(vulnerability, source),
  };
}

function packagesOf(vulnerability: CsafVulnerability, source: Csaf): readonly AffectedPackage[] {
  return affectedBy(vulnerability, source, (product) => productNames(product, source.products));
}

function cvssOf({ scores = [] }: CsafVulnerability, source: string): Advisory["cvss"] {
  const vectors = new Set(
    scores.flatMap(({ cvss_v2: v2, cvss_v3: v3 }) =>
      [v3, v2].flatMap((one) =>
        isObject(one) && typeof one["vectorString"] === "string" ? [one["vectorString"]] : [],
      ),
    ),
  );
  return [...vectors].sort().map((vector) => ({ version: cvssVersion(vector), vector, source }));
}

/** Red Hat gives its own rating of the impact as a threat of that category. */
function severityWord({ threats = [] }: CsafVulnerability): string | undefined {
  return threats.find(
    ({ category, details }) => category === "impact" && severityOfWord(details) !== "unknown",
  )?.details;
}

function noteOf({ notes = [] }: CsafVulnerability): string | undefined {
  return (["summary", "description"] as const)
    .map((wanted) => notes.find(({ category }) => category === wanted)?.text)
    .find((text) => text !== undefined);
}

/** Where the document itself stands first. */
function referencesOf({ references = [] }: CsafVulnerability, document: Csaf["document"]): readonly string[] {
  const own = (document.references ?? []).filter(({ category }) => category === "self");
  return [...new Set([...own, ...references].map(({ url }) => url))].slice(0, MAX_REFERENCES);
}
