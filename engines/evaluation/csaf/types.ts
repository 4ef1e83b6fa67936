// SPDX-License-Identifier: Apache-2.0
/** What reading a CSAF document gives, and the shape of a mandatory test. */
import type { Definition, CsafProduct } from "./product-tree.ts";
import type { AboutProducts, CsafDocument } from "./schema.ts";

/** A document that passed, with its products found once. */
export interface Csaf {
  readonly document: CsafDocument["document"];
  readonly vulnerabilities: NonNullable<CsafDocument["vulnerabilities"]>;
  readonly products: ReadonlyMap<string, CsafProduct>;
  /** Ids of the products that a member names, also those of its groups; each once, in order. */
  readonly productsOf: (about: AboutProducts) => ReadonlySet<string>;
}

/** Why a validator refuses a document. */
export interface CsafFault {
  /** `6.1.7`: the test of CSAF 2.0 that failed; `schema` where the document has another form; `status`, `limit`. */
  readonly test: string;
  /** `$.vulnerabilities[0].scores[1]` */
  readonly path: string;
  readonly reason: string;
}

export type CsafReading =
  | { readonly ok: true; readonly csaf: Csaf }
  /** One fault of each test that failed, in the order of the tests. */
  | { readonly ok: false; readonly faults: readonly [CsafFault, ...CsafFault[]] };

/** What tests look at. */
export interface Examined extends Omit<Csaf, "document" | "vulnerabilities"> {
  readonly whole: CsafDocument;
  readonly definitions: readonly Definition[];
}

export interface CsafTest {
  /** Section: `6.1.7`. */
  readonly id: string;
  readonly title: string;
  /** The first place that fails; undefined when none does. */
  readonly find: (examined: Examined) => Omit<CsafFault, "test"> | undefined;
}
