// SPDX-License-Identifier: Apache-2.0
/**
 * OVAL 5 definitions of Linux vendors (Red Hat, Rocky, AlmaLinux, Oracle, SUSE, Azure Linux, Ubuntu, Debian): one of a CVE in a
 * package, or one of an advisory. https://oval-community-guidelines.readthedocs.io/en/latest/oval-definitions-schema.html
 */
import type { Advisory } from "../../types.ts";
import { isOval } from "../documents/feed-text.ts";
import { documentInvalid } from "../errors.ts";
import { defaultLimits } from "../limits.ts";
import type { Connector, Contribution, Reject } from "../types.ts";
import { advisoryOf, cveRecords, identityOf, isSecurity, severityOfDefinition } from "./oval/advisory.ts";
import type { Identity } from "./oval/advisory.ts";
import { affectedPackages } from "./oval/affected.ts";
import { Atoms } from "./oval/atoms.ts";
import { affectedCases } from "./oval/criteria.ts";
import type { Criteria, Definition, TestReference } from "./oval/document.ts";
import { MAX_ALL_PACKAGES } from "./oval/limits.ts";
import { readOval } from "./oval/read-document.ts";
import { vendorOfDefinition } from "./oval/vendors.ts";
import type { Vendor } from "./oval/vendors.ts";

/** Classes that say something of flaws; `inventory` says what is there. */
const CLASSES: ReadonlySet<string> = new Set(["patch", "vulnerability"]);
/** Of Azure Linux, of a CVE that turned out to be none of the package's. */
const NOT_APPLICABLE = "Not Applicable";

export const oval: Connector = {
  id: "oval",
  maxDocumentBytes: defaultLimits.maxOvalBytes,
  recognizes: ({ value }) => typeof value === "string" && isOval(value),
  normalize({ name, value }, reject) {
    if (typeof value !== "string") {
      throw documentInvalid({ document: name, path: "$", reason: "expected XML" });
    }
    const document = readOval(name, value);
    const reader = new Reader(name, new Atoms(document), reject);
    for (const definition of document.definitions) reader.read(definition);
    return reader.finish();
  },
};

class Reader {
  readonly #document: string;
  readonly #atoms: Atoms;
  readonly #reject: Reject;
  readonly #advisories: Advisory[] = [];
  readonly #covers = new Set<string>();
  #skipped = 0;
  #refusals = 0;
  #packages = 0;

  constructor(document: string, atoms: Atoms, reject: Reject) {
    this.#document = document;
    this.#atoms = atoms;
    this.#reject = reject;
  }

  finish(): Contribution {
    return { advisories: this.#advisories, skipped: this.#skipped, covers: [...this.#covers] };
  }

  read(definition: Definition): void {
    const subject = subjectOf(definition);
    if (subject === undefined) this.#skipped += 1;
    else if ("fault" in subject) this.#refuse(definition, subject.fault);
    else this.#readSubject(definition, subject);
  }

  #readSubject(definition: Definition, { vendor, identity, criteria }: Subject): void {
    const refusals = this.#refusals;
    const cases = affectedCases(
      criteria,
      (reference) => this.#atoms.of(reference, vendor),
      (reference, reason) => this.#refuse(definition, reason, reference),
      this.#spend,
    );
    const severity = severityOfDefinition(definition, vendor);
    const facts = { definition, vendor, document: this.#document, severity };
    const { packages, releases, fault } = affectedPackages(cases, facts, this.#spend);
    for (const release of releases) this.#covers.add(release);
    if (fault !== undefined) {
      this.#refuse(definition, fault);
    } else if (packages.length > 0) {
      this.#advisories.push(advisoryOf(definition, identity, vendor, packages));
      this.#advisories.push(...cveRecords(definition, identity, vendor));
    } else if (this.#refusals === refusals) {
      this.#skipped += 1;
    }
  }

  readonly #spend = (packages: number): void => {
    this.#packages += packages;
    if (this.#packages > MAX_ALL_PACKAGES) {
      const reason = `it names over ${MAX_ALL_PACKAGES} packages`;
      throw documentInvalid({ document: this.#document, path: "$", reason });
    }
  };

  #refuse({ id }: Definition, reason: string, reference?: TestReference): void {
    this.#refusals += 1;
    const test =
      reference === undefined ? "" : `//*[@${REFERENCES[reference.kind]}=${quoted(reference.ref)}]`;
    this.#reject(`//definition[@id=${quoted(id)}]${test}`, reason);
  }
}

/** What a definition is about, and what holds of machines that it concerns. */
interface Subject {
  readonly vendor: Vendor;
  readonly identity: Identity;
  readonly criteria: Criteria;
}

/** Undefined where it is about no flaw. */
function subjectOf(definition: Definition): Subject | { readonly fault: string } | undefined {
  if (definition.fault !== undefined) return { fault: definition.fault };
  if (!CLASSES.has(definition.class)) return undefined;
  const vendor = vendorOfDefinition(definition.id);
  if (vendor === undefined) return { fault: "its id is no vendor's that we know" };
  const identity = identityOf(definition);
  if (identity === undefined) return { fault: "it names no advisory, and not just one CVE" };
  const { criteria } = definition;
  if (criteria === undefined) return { fault: "it has no criteria" };
  if (definition.patchable === NOT_APPLICABLE || !isSecurity(identity)) return undefined;
  return { vendor, identity, criteria };
}

const REFERENCES = { test: "test_ref", definition: "definition_ref" } as const;

/** As XPath writes a text. */
function quoted(text: string): string {
  return `"${text.slice(0, 200).replaceAll('"', "'")}"`;
}
