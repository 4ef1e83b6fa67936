// SPDX-License-Identifier: Apache-2.0
/**
 * What a criterion's test says for an inventory of packages: a package in a range of versions, a release, a module, or something
 * of which an inventory knows nothing.
 */
import { versionOrder } from "#lib/versions/index.ts";
import type { VersionRange } from "../../../types.ts";
import { productRelease } from "../../distros.ts";
import { FROM_THE_START, faultOf } from "../../ranges.ts";
import { nameText, versionText } from "../shape.ts";
import type { Definition, Field, OvalDocument, Test, TestReference } from "./document.ts";
import { MAX_NAMES, MAX_STATES } from "./limits.ts";
import type { Vendor } from "./vendors.ts";

export type Atom =
  | {
      readonly is: "package";
      readonly ecosystem: "rpm" | "deb";
      readonly names: readonly string[];
      readonly range: VersionRange;
    }
  | { readonly is: "absent"; readonly names: readonly string[] }
  /** `release` is undefined for a product that is no distro of ours. */
  | { readonly is: "platform"; readonly release: string | undefined }
  /** `nodejs:18` */
  | { readonly is: "module"; readonly module: string }
  /** Holds on no machine; the vendor's way to write "not affected". */
  | { readonly is: "never" }
  /** Keys, architectures, running kernels: said beside the packages that are meant. */
  | { readonly is: "beside" }
  /** A package in just one version; vendors write so of what stands beside the packages that are meant. */
  | { readonly is: "exact" }
  | { readonly is: "unreadable"; readonly reason: string };

type PackageAtom = Extract<Atom, { readonly is: "package" }>;

/** A test by itself. Which release or text file is meant the comment tells; `product` is for those who write none. */
type Reading =
  | Atom
  | { readonly is: "release"; readonly product: string | undefined }
  | { readonly is: "textFile"; readonly path: string };

const ECOSYSTEMS: ReadonlyMap<string, "rpm" | "deb"> = new Map([
  ["rpminfo", "rpm"],
  ["dpkginfo", "deb"],
]);
/** Tests of what runs or is configured on a machine. */
const OF_MACHINES: ReadonlySet<string> = new Set(["uname", "variable", "file", "family"]);
const IS_INSTALLED = / is installed\.?$/;
/** Of a state that gives no version of a package. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set(["version", "release", "arch", "signature_keyid"]);
const ZERO = /^(?:0:)?0(?:-0)?$/;
/** What rpm and dpkg take; Azure Linux has lists of versions joined by commas. */
const EVR = /^(?:\d+:)?[\w.+~^-]+$/;
const BESIDE: Atom = { is: "beside" };
const NEVER: Atom = { is: "never" };

export class Atoms {
  readonly #document: OvalDocument;
  readonly #definitions: ReadonlyMap<string, Definition>;
  readonly #readings = new Map<string, Reading>();
  readonly #variables = new Map<string, Names>();
  readonly #faults = new Map<string, string | undefined>();

  constructor(document: OvalDocument) {
    this.#document = document;
    this.#definitions = new Map(document.definitions.map((definition) => [definition.id, definition]));
  }

  of(reference: TestReference, vendor: Vendor): Atom {
    if (reference.kind === "definition") return this.#extended(reference);
    const test = this.#document.tests.get(reference.ref);
    if (test === undefined) return unreadable("the test is not there");
    const key = `${vendor.name} ${reference.ref}`;
    let reading = this.#readings.get(key);
    if (reading === undefined) {
      reading = this.#read(test, vendor);
      this.#readings.set(key, reading);
    }
    const comment = reference.comment === "" ? test.comment : reference.comment;
    if (reading.is === "release") return releaseOf(comment, reading.product);
    if (reading.is === "textFile") return textFile(reading.path, comment);
    return reading.is === "package" ? agreeing(reading, comment) : reading;
  }

  /** Ubuntu keeps the check for its release in a definition of its own. */
  #extended({ ref, comment }: TestReference): Atom {
    const definition = this.#definitions.get(ref);
    if (definition?.class !== "inventory") return unreadable("it extends what is no inventory definition");
    return platformOf(comment === "" ? definition.title : comment);
  }

  #read(test: Test, vendor: Vendor): Reading {
    const ecosystem = ECOSYSTEMS.get(test.kind);
    if (ecosystem !== undefined) return this.#readPackage(test, ecosystem, vendor);
    if (OF_MACHINES.has(test.kind)) return BESIDE;
    if (test.kind === "rpmverifyfile") return this.#readRelease(test);
    if (test.kind.startsWith("textfilecontent")) {
      return { is: "textFile", path: this.#document.objects.get(test.objects[0] ?? "")?.path ?? "" };
    }
    return unreadable(`a ${test.kind.slice(0, 60)} test`);
  }

  /** "None satisfy": the machine is of another distro. */
  #readRelease(test: Test): Reading {
    const fields = this.#fields(test) ?? [];
    const name = fields.find((field) => field.name === "name")?.value ?? "";
    return test.check === "none satisfy" ? BESIDE : { is: "release", product: productOf(name, fields) };
  }

  #readPackage(test: Test, ecosystem: "rpm" | "deb", vendor: Vendor): Reading {
    const names = this.#namesOf(test);
    if (typeof names === "string") return unreadable(names);
    const fields = this.#fields(test);
    if (fields === undefined) return unreadable(`its state is not there, or one of over ${MAX_STATES}`);
    if (test.existence === "none_exist") {
      return fields.length === 0
        ? { is: "absent", names }
        : unreadable("a package must not be there in one state");
    }
    const evr = fields.filter(({ name }) => name === "evr");
    if (evr.length === 0) return withoutVersion(fields, names) ?? anyVersion(ecosystem, names);
    const [field] = evr;
    if (field === undefined || evr.length > 1) return unreadable("its state has two versions");
    const odd = fields.find(({ name }) => name !== "evr" && name !== "arch" && name !== "signature_keyid");
    if (odd !== undefined) return unreadable(`its state has the field ${odd.name.slice(0, 60)}`);
    return this.#bounded(test, field, { ecosystem, names, vendor });
  }

  #bounded(
    test: Test,
    { operation, value }: Field,
    { ecosystem, names, vendor }: { ecosystem: "rpm" | "deb"; names: readonly string[]; vendor: Vendor },
  ): Reading {
    if (ZERO.test(value)) {
      if (operation === "less than") return vendor.zeroIsOpen ? anyVersion(ecosystem, names) : NEVER;
      if (operation === "greater than" && test.check !== "none satisfy") return anyVersion(ecosystem, names);
    }
    if (operation === "equals") return { is: "exact" };
    const range = rangeOf(
      test.check === "none satisfy" ? opposite(operation) : operation,
      withoutZeroEpoch(value),
    );
    if (range === undefined) return unreadable(`a version that is ${operation.slice(0, 60)} another`);
    const fault = this.#fault(ecosystem, range);
    if (fault !== undefined) return unreadable(fault);
    if (vendor.otherBuild?.test(value) === true) return NEVER;
    return { is: "package", ecosystem, names, range };
  }

  #fault(ecosystem: "rpm" | "deb", range: VersionRange): string | undefined {
    const version = range.fixed ?? range.lastAffected ?? range.introduced;
    const key = `${ecosystem} ${version}`;
    if (!this.#faults.has(key)) {
      const order = versionOrder(ecosystem);
      const isVersion = versionText.safeParse(version).success && EVR.test(version);
      const reason = isVersion ? undefined : `${JSON.stringify(version.slice(0, 100))} is no version`;
      this.#faults.set(key, reason ?? (order === undefined ? undefined : faultOf(order, range)));
    }
    return this.#faults.get(key);
  }

  /** The names, or why there are none. */
  #namesOf(test: Test): Names {
    const [ref, second] = test.objects;
    const object = ref === undefined ? undefined : this.#document.objects.get(ref);
    if (object === undefined || second !== undefined) return "its object is not there";
    const { name, nameOperation, nameVariable } = object;
    if (nameOperation !== "" && nameOperation !== "equals") return "its packages are given by a pattern";
    if (nameVariable === "") return nameText.safeParse(name).success ? [name] : "not a package name";
    let names = this.#variables.get(nameVariable);
    if (names === undefined) {
      names = checkedNames(this.#document.variables.get(nameVariable));
      this.#variables.set(nameVariable, names);
    }
    return names;
  }

  #fields(test: Test): readonly Field[] | undefined {
    if (test.states.length > MAX_STATES) return undefined;
    const lists = test.states.map((ref) => this.#document.states.get(ref)?.fields);
    const known = lists.filter((fields) => fields !== undefined && fields.length <= MAX_STATES);
    return known.length < lists.length ? undefined : known.flatMap((fields) => fields ?? []);
  }
}

type Names = readonly string[] | string;

function checkedNames(values: readonly string[] | undefined): Names {
  if (values === undefined || values.length === 0) return "its variable is not there";
  if (values.length > MAX_NAMES) return `its variable has over ${MAX_NAMES} values`;
  return values.every((value) => nameText.safeParse(value).success)
    ? [...new Set(values)]
    : "not a package name";
}

const unreadable = (reason: string): Atom => ({ is: "unreadable", reason });

function anyVersion(ecosystem: "rpm" | "deb", names: readonly string[]): Atom {
  return { is: "package", ecosystem, names, range: { introduced: FROM_THE_START } };
}

/** Undefined where the package is meant whatever its version. */
function withoutVersion(fields: readonly Field[], names: readonly string[]): Reading | undefined {
  const has = (name: string): boolean => fields.some((field) => field.name === name);
  // SUSE writes so of packages that are not affected.
  if (
    fields.some(({ name, operation, value }) => name === "version" && operation === "equals" && value === "0")
  ) {
    return NEVER;
  }
  const odd = fields.find(({ name }) => !KNOWN_FIELDS.has(name));
  if (odd !== undefined) return unreadable(`its state has the field ${odd.name.slice(0, 60)}`);
  if (names.every((name) => name.endsWith("-release"))) {
    return has("arch") ? BESIDE : { is: "release", product: productOf(names[0] ?? "", fields) };
  }
  if (has("version")) return unreadable("its state has a version without a release");
  // Oracle writes so of packages that are built for Ksplice.
  if (has("release")) return NEVER;
  return has("signature_keyid") ? BESIDE : undefined;
}

function rangeOf(operation: string, version: string): VersionRange | undefined {
  switch (operation) {
    case "less than":
      return { introduced: FROM_THE_START, fixed: version };
    case "less than or equal":
      return { introduced: FROM_THE_START, lastAffected: version };
    case "greater than or equal":
      return { introduced: version };
    default:
      return undefined;
  }
}

/** "No package is that": SUSE writes so of live patches that are too old. */
function opposite(operation: string): string {
  return operation === "greater than or equal" ? "less than" : "not";
}

/** rpm and dpkg write no epoch where it is 0. */
function withoutZeroEpoch(version: string): string {
  return version.startsWith("0:") ? version.slice(2).trim() : version;
}

/** The test where its comment does not say otherwise: in some of Rocky's files one test serves all advisories of a package. */
function agreeing(atom: PackageAtom, comment: string): Atom {
  const { names, range } = atom;
  const [, name = "", version = ""] = /^(\S+) (?:DPKG )?is earlier than (\S+)$/.exec(comment) ?? [];
  if (name === "" || range.fixed === undefined) return atom;
  const agrees = names.includes(name) && withoutZeroEpoch(version) === range.fixed;
  return agrees ? atom : unreadable(`its comment says ${version.slice(0, 100)}, its test ${range.fixed}`);
}

/** Of a module, of a release (Debian, Ubuntu), or of how a machine boots. */
function textFile(path: string, comment: string): Atom {
  const module = /^Module ([^\s:]+:[^\s:]+) is enabled$/.exec(comment)?.[1];
  if (module !== undefined) return { is: "module", module };
  if (path.startsWith("/etc/dnf/modules.d/")) return unreadable("a module that has no name");
  return IS_INSTALLED.test(comment) ? platformOf(comment) : BESIDE;
}

/** Packages that say which release a machine has, with the names of their products. */
const RELEASE_PACKAGES: ReadonlyMap<string, string> = new Map([
  ["almalinux-release", "AlmaLinux"],
  ["oraclelinux-release", "Oracle Linux"],
  ["redhat-release", "Red Hat Enterprise Linux"],
  ["rocky-release", "Rocky Linux"],
]);

/** Of a package `rocky-release` in a version that matches `^9[^\d]`. */
function productOf(name: string, fields: readonly Field[]): string | undefined {
  const product = RELEASE_PACKAGES.get(name.replace(/^\^/, ""));
  const version = fields.find((field) => field.name === "version")?.value ?? "";
  const major = /^\^?(\d{1,3})(?:$|\D)/.exec(version)?.[1];
  return product === undefined || major === undefined ? undefined : `${product} ${major}`;
}

function releaseOf(comment: string, product: string | undefined): Atom {
  if (comment !== "") return platformOf(comment);
  return product === undefined ? unreadable("a release that has no name") : platformOf(product);
}

function platformOf(comment: string): Atom {
  return { is: "platform", release: productRelease(productName(comment)) };
}

/** `Check that Ubuntu 24.04 LTS (noble) is installed.` -> `Ubuntu 24.04 LTS (noble)` */
function productName(comment: string): string {
  return comment.replace(/^Check that /, "").replace(IS_INSTALLED, "");
}
