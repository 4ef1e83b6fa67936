// SPDX-License-Identifier: Apache-2.0
/**
 * A parsed JSON value to a CSAF 2.0 document that a validator would accept. What one would refuse is refused with the number of
 * the test, its place and the reason: a document that contradicts itself is no ground for a verdict.
 */
import { jsonPath } from "../advisories/connectors/shape.ts";
import { definitions } from "./product-tree.ts";
import { csafShape } from "./schema.ts";
import type { AboutProducts, CsafDocument } from "./schema.ts";
import { csafTests } from "./tests/index.ts";
import type { CsafFault, CsafReading, Examined } from "./types.ts";

/** Product ids named by flags, threats and remediations, groups counted with all that they hold. */
const MAX_REFERENCES = 5_000_000;

/** Whether a value says that it is a CSAF document, of whatever version. */
export function isCsaf(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("document" in value)) return false;
  const { document } = value;
  return typeof document === "object" && document !== null && "csaf_version" in document;
}

export function readCsaf(value: unknown): CsafReading {
  const parsed = csafShape.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const reason = issue?.message ?? "it has another form";
    return { ok: false, faults: [{ test: "schema", path: jsonPath(issue?.path ?? []), reason }] };
  }
  if (parsed.data.document.tracking.status === "draft") {
    const reason = "it is a draft, which is not meant for publication";
    return { ok: false, faults: [{ test: "status", path: "$.document.tracking.status", reason }] };
  }
  const examined = examine(parsed.data);
  if (!isBounded(examined.whole)) {
    const reason = `its groups name over ${MAX_REFERENCES} products`;
    return { ok: false, faults: [{ test: "limit", path: "$.vulnerabilities", reason }] };
  }
  const [first, ...others] = csafTests.flatMap(({ id, find }): readonly CsafFault[] => {
    const found = find(examined);
    return found === undefined ? [] : [{ test: id, ...found }];
  });
  if (first !== undefined) return { ok: false, faults: [first, ...others] };
  const { document, vulnerabilities = [] } = examined.whole;
  const { products, productsOf } = examined;
  return { ok: true, csaf: { document, vulnerabilities, products, productsOf } };
}

function examine(whole: CsafDocument): Examined {
  const found = [...definitions(whole.product_tree)];
  const groups = groupsOf(whole);
  return {
    whole,
    definitions: found,
    products: new Map(found.map(({ product }) => [product.id, product])),
    productsOf: ({ product_ids: ids = [], group_ids: named = [] }: AboutProducts) =>
      named.length === 0
        ? new Set(ids)
        : new Set([...ids, ...[...new Set(named)].flatMap((group) => groups.get(group) ?? [])]),
  };
}

const groupsOf = ({ product_tree: tree }: CsafDocument): ReadonlyMap<string, readonly string[]> =>
  new Map((tree?.product_groups ?? []).map(({ group_id: id, product_ids: ids }) => [id, ids]));

/** A few groups of many products, named by many members, would take quadratic time. */
function isBounded(whole: CsafDocument): boolean {
  const groups = groupsOf(whole);
  let references = 0;
  for (const { flags = [], threats = [], remediations = [] } of whole.vulnerabilities ?? []) {
    for (const { product_ids: ids = [], group_ids: named = [] } of [...flags, ...threats, ...remediations]) {
      references += ids.length;
      for (const group of new Set(named)) references += groups.get(group)?.length ?? 0;
    }
    if (references > MAX_REFERENCES) return false;
  }
  return true;
}
