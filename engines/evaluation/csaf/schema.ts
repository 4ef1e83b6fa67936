// SPDX-License-Identifier: Apache-2.0
/**
 * The parts of a CSAF 2.0 document that are read, with their bounds. Follows the JSON schema of
 * https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html, section 3. Members that nothing here asks for are
 * passed over, known or not; empty lists, which that schema refuses, say nothing and do no harm.
 */
import { z } from "zod";

const MAX_PRODUCTS = 500_000;
const MAX_ITEMS = 100_000;

/** Longer names are no ids. Red Hat's are made of two: a platform's and a package's. */
const idText = z.string().min(1).max(1000);
const text = (max: number) => z.string().max(max);
const time = z.iso.datetime({ offset: true });
const list = <Item extends z.ZodType>(item: Item, max = MAX_ITEMS) => z.array(item).max(max).optional();

/** Integer versioning, or semantic versioning (section 3.1.11). */
const VERSION =
  /^(?:\d{1,15}|\d{1,15}\.\d{1,15}\.\d{1,15}(?:-[\dA-Za-z.-]{1,200})?(?:\+[\dA-Za-z.-]{1,200})?)$/;
const version = z.string().max(500).regex(VERSION, "neither an integer nor a semantic version");
/** Section 3.1.7, without the order of rare subtags, which have no say here. */
const language = z
  .string()
  .regex(/^(?:[A-Za-z]{2,8}|i|x)(?:-[A-Za-z\d]{1,8}){0,15}$/i, "not a language code");

const helper = z.object({
  cpe: z
    .string()
    .max(1000)
    .regex(/^(?:cpe:2\.3:[aho*-]:|cpe:\/[aho]?)/i, "not a CPE")
    .optional(),
  purl: z.string().max(4096).startsWith("pkg:", "not a purl").optional(),
  hashes: list(
    z.object({ file_hashes: z.array(z.object({ algorithm: text(64), value: text(1000) })).max(100) }),
    1000,
  ),
});

const fullProduct = z.object({
  product_id: idText,
  name: z.string().min(1).max(4096),
  product_identification_helper: helper.optional(),
});

export type FullProduct = z.output<typeof fullProduct>;

const BRANCHES = [
  "architecture",
  "host_name",
  "language",
  "legacy",
  "patch_level",
  "product_family",
  "product_name",
  "product_version",
  "product_version_range",
  "service_pack",
  "specification",
  "vendor",
] as const;

export interface Branch {
  readonly category: (typeof BRANCHES)[number];
  readonly name: string;
  readonly branches?: readonly Branch[] | undefined;
  readonly product?: FullProduct | undefined;
}

/** How deep they go was bounded when the text was read. */
const branch: z.ZodType<Branch> = z.lazy(() =>
  z.object({
    category: z.enum(BRANCHES),
    name: z.string().min(1).max(4096),
    branches: list(branch),
    product: fullProduct.optional(),
  }),
);

const productTree = z.object({
  branches: list(branch),
  full_product_names: list(fullProduct, MAX_PRODUCTS),
  product_groups: list(z.object({ group_id: idText, product_ids: z.array(idText).max(MAX_PRODUCTS) })),
  relationships: list(
    z.object({
      category: z.enum([
        "default_component_of",
        "external_component_of",
        "installed_on",
        "installed_with",
        "optional_component_of",
      ]),
      full_product_name: fullProduct,
      product_reference: idText,
      relates_to_product_reference: idText,
    }),
    MAX_PRODUCTS,
  ),
});

const products = list(idText, MAX_PRODUCTS);
/** What names its products one by one, by their groups, or both. */
const about = { product_ids: products, group_ids: list(idText) };

/** Members of `product_status` in the words of the schema. */
export const STATUSES = [
  "first_affected",
  "first_fixed",
  "fixed",
  "known_affected",
  "known_not_affected",
  "last_affected",
  "recommended",
  "under_investigation",
] as const;

const vulnerability = z.object({
  cve: z
    .string()
    .regex(/^CVE-\d{4}-\d{4,19}$/, "not a CVE id")
    .optional(),
  cwe: z.object({ id: z.string().regex(/^CWE-[1-9]\d{0,5}$/, "not a CWE id") }).optional(),
  ids: list(z.object({ text: z.string().min(1).max(1000) }), 1000),
  title: text(10_000).optional(),
  /** When the flaw became known, not when anything was said of it here. */
  release_date: time.optional(),
  notes: list(z.object({ category: text(64), text: text(1_000_000) }), 10_000),
  product_status: z
    .object(Object.fromEntries(STATUSES.map((status) => [status, products])) as Statuses)
    .optional(),
  flags: list(
    z.object({
      ...about,
      date: time.optional(),
      label: z.enum([
        "component_not_present",
        "inline_mitigations_already_exist",
        "vulnerable_code_cannot_be_controlled_by_adversary",
        "vulnerable_code_not_in_execute_path",
        "vulnerable_code_not_present",
      ]),
    }),
  ),
  threats: list(
    z.object({
      ...about,
      category: z.enum(["exploit_status", "impact", "target_set"]),
      details: text(100_000),
    }),
  ),
  remediations: list(
    z.object({
      ...about,
      category: z.enum(["mitigation", "no_fix_planned", "none_available", "vendor_fix", "workaround"]),
      details: text(100_000),
      url: text(4096).optional(),
    }),
  ),
  /** The vectors are judged by tests 6.1.8 to 6.1.10. */
  scores: list(
    z.object({
      products: z.array(idText).max(MAX_PRODUCTS),
      cvss_v2: z.unknown().optional(),
      cvss_v3: z.unknown().optional(),
    }),
  ),
  references: list(z.object({ url: text(4096) }), 10_000),
  involvements: list(z.object({ party: text(64), date: time.optional() }), 1000),
});

type Statuses = Record<(typeof STATUSES)[number], typeof products>;

export const csafShape = z.object({
  document: z.object({
    category: z
      .string()
      .max(200)
      .regex(/^[^\s\-_.](?:.*[^\s\-_.])?$/s, "not a category"),
    csaf_version: z.literal("2.0"),
    aggregate_severity: z.object({ text: text(1000) }).optional(),
    lang: language.optional(),
    source_lang: language.optional(),
    notes: list(z.object({ category: text(64) }), 10_000),
    publisher: z.object({
      category: z.enum(["coordinator", "discoverer", "other", "translator", "user", "vendor"]),
      name: z.string().min(1).max(1000),
      namespace: z.string().min(1).max(1000),
    }),
    references: list(z.object({ category: text(64).optional(), url: text(4096) }), 10_000),
    title: z.string().min(1).max(10_000),
    tracking: z.object({
      current_release_date: time,
      id: z.string().min(1).max(1000),
      initial_release_date: time,
      revision_history: z
        .array(z.object({ date: time, number: version }))
        .min(1)
        .max(10_000),
      status: z.enum(["draft", "final", "interim"]),
      version,
    }),
  }),
  product_tree: productTree.optional(),
  vulnerabilities: z.array(vulnerability).max(MAX_ITEMS).optional(),
});

export type CsafDocument = z.output<typeof csafShape>;
export type CsafVulnerability = z.output<typeof vulnerability>;
export type CsafStatus = (typeof STATUSES)[number];
/** Members that say to which products they apply. */
export interface AboutProducts {
  readonly product_ids?: readonly string[] | undefined;
  readonly group_ids?: readonly string[] | undefined;
}
