// SPDX-License-Identifier: Apache-2.0
/** Mandatory tests of the product tree and of what refers to it: CSAF 2.0, 6.1.1 to 6.1.5, 6.1.13, 6.1.25, 6.1.31. */
import { canonicalJson } from "#lib/canonical-json.ts";
import { parsePurl, purlErrors } from "#lib/purl/index.ts";
import type { Definition } from "../product-tree.ts";
import type { Branch, CsafVulnerability } from "../schema.ts";
import { STATUSES } from "../schema.ts";
import type { CsafTest, Examined } from "../types.ts";

type Place = readonly [id: string, path: string];

/** 6.1.1 */
const missingProduct: CsafTest = {
  id: "6.1.1",
  title: "Missing Definition of Product ID",
  find({ whole, products }) {
    for (const [id, path] of productReferences(whole)) {
      if (!products.has(id)) return { path, reason: `the product ${show(id)} is defined nowhere` };
    }
    return undefined;
  },
};

/** 6.1.2. The same said twice is no contradiction: Red Hat's documents define some products in two branches. */
const repeatedProduct: CsafTest = {
  id: "6.1.2",
  title: "Multiple Definition of Product ID",
  find({ definitions }) {
    const known = new Map<string, Definition>();
    for (const definition of definitions) {
      const { product, path } = definition;
      const before = known.get(product.id);
      if (before === undefined) known.set(product.id, definition);
      else if (wordsOf(before) !== wordsOf(definition))
        return {
          path: `${path}.product_id`,
          reason: `${show(product.id)} is defined twice, each time otherwise`,
        };
    }
    return undefined;
  },
};

const wordsOf = ({ full, product: { relation, range } }: Definition): string =>
  canonicalJson({ full, relation, range });

/** 6.1.3. Each product is looked at once: a walk ends where another one has been. */
const circularProduct: CsafTest = {
  id: "6.1.3",
  title: "Circular Definition of Product ID",
  find({ definitions, products }) {
    const done = new Set<string>();
    for (const { product, path } of definitions) {
      if (product.relation === undefined || done.has(product.id)) continue;
      if (leadsBack(product.id, products, done)) {
        return { path: `${path}.product_id`, reason: `the product ${show(product.id)} is defined by itself` };
      }
    }
    return undefined;
  },
};

function leadsBack(start: string, products: Examined["products"], done: Set<string>): boolean {
  const above = new Set<string>();
  const stack: { readonly id: string; readonly leave: boolean }[] = [{ id: start, leave: false }];
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { id, leave } = step;
    if (leave) {
      above.delete(id);
      done.add(id);
      continue;
    }
    if (above.has(id)) return true;
    if (done.has(id)) continue;
    above.add(id);
    stack.push({ id, leave: true });
    const relation = products.get(id)?.relation;
    if (relation !== undefined)
      stack.push({ id: relation.part, leave: false }, { id: relation.whole, leave: false });
  }
  return false;
}

/** 6.1.4 */
const missingGroup: CsafTest = {
  id: "6.1.4",
  title: "Missing Definition of Product Group ID",
  find({ whole }) {
    const known = new Set(groupsOf(whole).map(([id]) => id));
    for (const [v, vulnerability] of (whole.vulnerabilities ?? []).entries()) {
      for (const [member, items] of membersAbout(vulnerability)) {
        for (const [i, { group_ids: ids = [] }] of items.entries()) {
          const missing = ids.findIndex((id) => !known.has(id));
          if (missing >= 0) {
            const path = `$.vulnerabilities[${v}].${member}[${i}].group_ids[${missing}]`;
            return { path, reason: `the group ${show(ids[missing] ?? "")} is defined nowhere` };
          }
        }
      }
    }
    return undefined;
  },
};

/** 6.1.5 */
const repeatedGroup: CsafTest = {
  id: "6.1.5",
  title: "Multiple Definition of Product Group ID",
  find({ whole }) {
    const place = firstRepeated(groupsOf(whole));
    return place && { path: place[1], reason: `the group ${show(place[0])} is defined twice` };
  },
};

/** 6.1.13. What breaks a rule of its type alone (`pkg:oci` with a namespace) is a purl, and names nothing here. */
const invalidPurl: CsafTest = {
  id: "6.1.13",
  title: "PURL",
  find({ definitions }) {
    for (const { product, path } of definitions) {
      const fault = product.purl === undefined ? undefined : purlFault(product.purl);
      if (fault !== undefined) return { path: `${path}.product_identification_helper.purl`, reason: fault };
    }
    return undefined;
  },
};

function purlFault(purl: string): string | undefined {
  try {
    parsePurl(purl);
    return undefined;
  } catch (error) {
    if (!purlErrors.is(error)) throw error;
    const untyped = purl.replace(/^pkg:\/*[a-z][a-z0-9.-]*\//i, "pkg:generic/");
    return untyped === purl || /^pkg:generic\//i.test(purl) ? error.message : purlFault(untyped);
  }
}

/** 6.1.25 */
const repeatedHash: CsafTest = {
  id: "6.1.25",
  title: "Multiple Use of Same Hash Algorithm",
  find({ definitions }) {
    for (const { full, path } of definitions) {
      for (const [i, { file_hashes: hashes }] of (
        full.product_identification_helper?.hashes ?? []
      ).entries()) {
        const algorithms = hashes.map(({ algorithm }) => algorithm);
        if (new Set(algorithms).size < algorithms.length) {
          const place = `${path}.product_identification_helper.hashes[${i}].file_hashes`;
          return { path: place, reason: "one file has two hashes of the same algorithm" };
        }
      }
    }
    return undefined;
  },
};

/**
 * The specification finds it sufficient to look for these anywhere in the name. Between spaces they are ranges, and in `vers:all/*`;
 * in `firewalld-0:1.3.4-1.el9` and `glibc-all-langpacks-0:2.28-225.el8` they are not.
 */
const RANGE = /[<>]|(?:^|[\s:(])(?:after|all|before|earlier|later|prior|versions)(?:$|[\s/,.)])/iu;

/** 6.1.31 */
const rangeAsVersion: CsafTest = {
  id: "6.1.31",
  title: "Version Range in Product Version",
  find({ whole }) {
    for (const [path, branch] of branches(whole.product_tree?.branches, "$.product_tree")) {
      if (branch.category === "product_version" && RANGE.test(branch.name)) {
        return { path: `${path}.name`, reason: `${show(branch.name)} is a range and no version` };
      }
    }
    return undefined;
  },
};

function* branches(list: readonly Branch[] | undefined, above: string): Generator<readonly [string, Branch]> {
  for (const [index, branch] of (list ?? []).entries()) {
    const path = `${above}.branches[${index}]`;
    yield [path, branch];
    yield* branches(branch.branches, path);
  }
}

function* productReferences(whole: Examined["whole"]): Generator<Place> {
  const tree = whole.product_tree;
  for (const [g, { product_ids: ids }] of (tree?.product_groups ?? []).entries())
    yield* listed(ids, `$.product_tree.product_groups[${g}].product_ids`);
  for (const [r, relationship] of (tree?.relationships ?? []).entries()) {
    const path = `$.product_tree.relationships[${r}]`;
    yield [relationship.product_reference, `${path}.product_reference`];
    yield [relationship.relates_to_product_reference, `${path}.relates_to_product_reference`];
  }
  for (const [v, vulnerability] of (whole.vulnerabilities ?? []).entries()) {
    const path = `$.vulnerabilities[${v}]`;
    for (const status of STATUSES)
      yield* listed(vulnerability.product_status?.[status], `${path}.product_status.${status}`);
    for (const [member, items] of membersAbout(vulnerability)) {
      for (const [i, { product_ids: ids }] of items.entries())
        yield* listed(ids, `${path}.${member}[${i}].product_ids`);
    }
    for (const [s, { products: ids }] of (vulnerability.scores ?? []).entries())
      yield* listed(ids, `${path}.scores[${s}].products`);
  }
}

function* listed(ids: readonly string[] | undefined, path: string): Generator<Place> {
  for (const [index, id] of (ids ?? []).entries()) yield [id, `${path}[${index}]`];
}

function membersAbout({ flags = [], threats = [], remediations = [] }: CsafVulnerability) {
  return [
    ["flags", flags],
    ["threats", threats],
    ["remediations", remediations],
  ] as const;
}

const groupsOf = ({ product_tree: tree }: Examined["whole"]): readonly Place[] =>
  (tree?.product_groups ?? []).map(({ group_id: id }, g) => [
    id,
    `$.product_tree.product_groups[${g}].group_id`,
  ]);

function firstRepeated(places: readonly Place[]): Place | undefined {
  const seen = new Set<string>();
  return places.find(([id]) => seen.has(id) || !seen.add(id));
}

const show = (text: string): string => JSON.stringify(text.slice(0, 200));

export const productTests: readonly CsafTest[] = [
  missingProduct,
  repeatedProduct,
  circularProduct,
  missingGroup,
  repeatedGroup,
  invalidPurl,
  repeatedHash,
  rangeAsVersion,
];
