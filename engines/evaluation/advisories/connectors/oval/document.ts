// SPDX-License-Identifier: Apache-2.0
/**
 * What is kept of an OVAL document: https://oval-community-guidelines.readthedocs.io, "OVAL Definitions Model". Tests say that an
 * object is in a state; definitions join tests by AND and OR.
 */

export interface Definition {
  readonly id: string;
  /** `patch`, `vulnerability`, `inventory` ... */
  readonly class: string;
  title: string;
  description: string;
  severity: string;
  issued: string;
  updated: string;
  /** Who made the advisory; Rocky writes a CPE here. */
  from: string;
  /** Of Azure Linux: `true`, `false` or `Not Applicable`. */
  patchable: string;
  readonly platforms: string[];
  readonly references: Reference[];
  readonly cves: CveScore[];
  readonly resolutions: Resolution[];
  criteria: Criteria | undefined;
  /** Why it can't be used; set while it is read. */
  fault: string | undefined;
}

export interface Reference {
  /** `CVE-2022-1271`, `RHSA-2022:4582`; SUSE writes `Mitre CVE-2022-1271`. */
  readonly id: string;
  readonly url: string;
}

/** A `cve` of an advisory. Texts are empty where the attribute is not there. */
export interface CveScore {
  text: string;
  /** The vendor's word for its severity. */
  readonly impact: string;
  /** Vectors as written, most with the score before them: `7.5/CVSS:3.1/AV:N/...`. */
  readonly vectors: readonly string[];
  /** `20220512` or `20220702:1400`. */
  readonly public: string;
}

/** Of Red Hat: what will become of packages without a fix. */
export interface Resolution {
  readonly state: string;
  readonly components: string[];
}

export type Criterion = Criteria | TestReference;

export interface Criteria {
  readonly kind: "criteria";
  readonly operator: string;
  readonly negate: boolean;
  readonly parts: Criterion[];
}

export interface TestReference {
  /** `definition`: an `extend_definition`. */
  readonly kind: "test" | "definition";
  readonly ref: string;
  readonly negate: boolean;
  readonly comment: string;
}

export interface Test {
  /** `rpminfo`, `dpkginfo`, `textfilecontent54`, `uname` ... */
  readonly kind: string;
  readonly comment: string;
  readonly check: string;
  readonly existence: string;
  readonly objects: string[];
  readonly states: string[];
}

export interface ObjectUnderTest {
  /** How the name is compared; empty: it must be the same. */
  nameOperation: string;
  nameVariable: string;
  name: string;
  /** Of a file. */
  path: string;
}

export interface Field {
  readonly name: string;
  readonly operation: string;
  value: string;
}

export interface State {
  readonly fields: Field[];
}

export interface OvalDocument {
  readonly definitions: readonly Definition[];
  readonly tests: ReadonlyMap<string, Test>;
  readonly objects: ReadonlyMap<string, ObjectUnderTest>;
  readonly states: ReadonlyMap<string, State>;
  /** Values of constant variables by id. */
  readonly variables: ReadonlyMap<string, readonly string[]>;
}
