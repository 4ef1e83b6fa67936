// SPDX-License-Identifier: Apache-2.0
/** Mandatory tests of what each document category must have: CSAF 2.0, 6.1.27.1 to 6.1.27.11. */
import type { CsafVulnerability } from "../schema.ts";
import type { CsafTest, Examined } from "../types.ts";

type Found = ReturnType<CsafTest["find"]>;

const INFORMING = ["csaf_informational_advisory", "csaf_security_incident_response"];
const ADVISING = ["csaf_security_advisory", "csaf_vex"];

/** A test of documents of some categories. */
function profileTest(
  id: string,
  title: string,
  categories: readonly string[],
  find: (examined: Examined) => Found,
): CsafTest {
  return {
    id,
    title,
    find: (examined) => (categories.includes(examined.whole.document.category) ? find(examined) : undefined),
  };
}

/** The same of each vulnerability; `check` gives what is wrong with it, and under which member. */
function ofEach(
  check: (
    vulnerability: CsafVulnerability,
    examined: Examined,
  ) => { member: string; reason: string } | undefined,
): (examined: Examined) => Found {
  return (examined) => {
    for (const [index, vulnerability] of (examined.whole.vulnerabilities ?? []).entries()) {
      const found = check(vulnerability, examined);
      if (found !== undefined)
        return { path: `$.vulnerabilities[${index}].${found.member}`, reason: found.reason };
    }
    return undefined;
  };
}

const NOTES = ["description", "details", "general", "summary"];
const VEX_STATUSES = ["fixed", "known_affected", "known_not_affected", "under_investigation"] as const;

export const profileTests: readonly CsafTest[] = [
  profileTest("6.1.27.1", "Document Notes", INFORMING, ({ whole: { document } }) =>
    (document.notes ?? []).some(({ category }) => NOTES.includes(category))
      ? undefined
      : { path: "$.document.notes", reason: `no note is one of ${NOTES.join(", ")}` },
  ),
  profileTest("6.1.27.2", "Document References", INFORMING, ({ whole: { document } }) =>
    (document.references ?? []).some(({ category = "external" }) => category === "external")
      ? undefined
      : { path: "$.document.references", reason: "no reference is external" },
  ),
  profileTest("6.1.27.3", "Vulnerabilities", ["csaf_informational_advisory"], ({ whole }) =>
    whole.vulnerabilities === undefined
      ? undefined
      : { path: "$.vulnerabilities", reason: "an informational advisory has none" },
  ),
  profileTest("6.1.27.4", "Product Tree", ADVISING, ({ whole }) =>
    whole.product_tree === undefined ? { path: "$.product_tree", reason: "it is missing" } : undefined,
  ),
  profileTest(
    "6.1.27.5",
    "Vulnerability Notes",
    ADVISING,
    ofEach(({ notes }) =>
      notes === undefined ? { member: "notes", reason: "they are missing" } : undefined,
    ),
  ),
  profileTest(
    "6.1.27.6",
    "Product Status",
    ["csaf_security_advisory"],
    ofEach(({ product_status: status }) =>
      status === undefined ? { member: "product_status", reason: "it is missing" } : undefined,
    ),
  ),
  profileTest(
    "6.1.27.7",
    "VEX Product Status",
    ["csaf_vex"],
    ofEach(({ product_status: status }) =>
      VEX_STATUSES.some((one) => status?.[one] !== undefined)
        ? undefined
        : { member: "product_status", reason: `none of ${VEX_STATUSES.join(", ")} is there` },
    ),
  ),
  profileTest(
    "6.1.27.8",
    "Vulnerability ID",
    ["csaf_vex"],
    ofEach(({ cve, ids }) =>
      cve === undefined && ids === undefined
        ? { member: "cve", reason: "it has neither cve nor ids" }
        : undefined,
    ),
  ),
  profileTest(
    "6.1.27.9",
    "Impact Statement",
    ["csaf_vex"],
    ofEach(({ product_status: status, flags = [], threats = [] }, { productsOf }) => {
      const impacts = threats.filter(({ category }) => category === "impact");
      const missing = firstNotIn(status?.known_not_affected, [...flags, ...impacts].map(productsOf));
      return missing === undefined
        ? undefined
        : { member: "flags", reason: `nothing says why ${JSON.stringify(missing)} is not affected` };
    }),
  ),
  profileTest(
    "6.1.27.10",
    "Action Statement",
    ["csaf_vex"],
    ofEach(({ product_status: status, remediations = [] }, { productsOf }) => {
      const missing = firstNotIn(status?.known_affected, remediations.map(productsOf));
      return missing === undefined
        ? undefined
        : { member: "remediations", reason: `nothing says what to do about ${JSON.stringify(missing)}` };
    }),
  ),
  profileTest("6.1.27.11", "Vulnerabilities", ADVISING, ({ whole }) =>
    whole.vulnerabilities === undefined ? { path: "$.vulnerabilities", reason: "it is missing" } : undefined,
  ),
];

/** The first id that is in none of the sets. */
function firstNotIn(
  ids: readonly string[] | undefined,
  sets: readonly ReadonlySet<string>[],
): string | undefined {
  const all = new Set<string>();
  for (const set of sets) for (const id of set) all.add(id);
  return ids?.find((id) => !all.has(id));
}
