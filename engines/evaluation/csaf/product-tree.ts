// SPDX-License-Identifier: Apache-2.0
/**
 * The products that a CSAF document defines (section 3.2.2): in branches, in a plain list and by relationships, with the names
 * that the rest of the world knows them by.
 */
import type { CsafDocument, FullProduct } from "./schema.ts";

export interface CsafProduct {
  readonly id: string;
  readonly name: string;
  /** As it stands in the document. */
  readonly purl?: string;
  readonly cpe?: string;
  /** Lower-case hex of files that are the product. */
  readonly sha256: readonly string[];
  /** The branch that holds it. */
  readonly branch?: { readonly category: string; readonly name: string };
  /** Name of a `product_version_range` that it lies under: it stands for many versions, or for those of a `vers:`. */
  readonly range?: string;
  /** Ids of the part and of what it is a part of, or is installed on or with. */
  readonly relation?: { readonly part: string; readonly whole: string };
}

/** A full product name with its place. */
export interface Definition {
  readonly product: CsafProduct;
  /** Of the full product name: `$.product_tree.branches[0].product`. */
  readonly path: string;
  readonly full: FullProduct;
}

type Tree = NonNullable<CsafDocument["product_tree"]>;
type BranchShape = NonNullable<Tree["branches"]>[number];

/** In the order of the document: branches, full product names, relationships. */
export function* definitions(tree: Tree | undefined): Generator<Definition> {
  for (const [index, branch] of (tree?.branches ?? []).entries()) {
    yield* fromBranch(branch, `$.product_tree.branches[${index}]`, undefined);
  }
  for (const [index, full] of (tree?.full_product_names ?? []).entries()) {
    yield { product: productOf(full), path: `$.product_tree.full_product_names[${index}]`, full };
  }
  for (const [index, relationship] of (tree?.relationships ?? []).entries()) {
    const {
      full_product_name: full,
      product_reference: part,
      relates_to_product_reference: whole,
    } = relationship;
    const path = `$.product_tree.relationships[${index}].full_product_name`;
    yield { product: { ...productOf(full), relation: { part, whole } }, path, full };
  }
}

function* fromBranch(branch: BranchShape, path: string, above: string | undefined): Generator<Definition> {
  const { category, name, product: full } = branch;
  const range = category === "product_version_range" ? name : above;
  if (full !== undefined) {
    const product = {
      ...productOf(full),
      branch: { category, name },
      ...(range === undefined ? {} : { range }),
    };
    yield { product, path: `${path}.product`, full };
  }
  for (const [index, inner] of (branch.branches ?? []).entries()) {
    yield* fromBranch(inner, `${path}.branches[${index}]`, range);
  }
}

function productOf({
  product_id: id,
  name,
  product_identification_helper: helper,
}: FullProduct): CsafProduct {
  const files = (helper?.hashes ?? []).flatMap(({ file_hashes: hashes }) => hashes);
  return {
    id,
    name,
    ...(helper?.purl === undefined ? {} : { purl: helper.purl }),
    ...(helper?.cpe === undefined ? {} : { cpe: helper.cpe }),
    sha256: files
      .filter(({ algorithm, value }) => algorithm === "sha256" && /^[\da-f]{64}$/i.test(value))
      .map(({ value }) => value.toLowerCase()),
  };
}
