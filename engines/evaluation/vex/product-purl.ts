// SPDX-License-Identifier: Apache-2.0
/** Does the purl of a VEX claim name this component? Parts that the claim leaves out match anything. */
import { tryParsePurl } from "#lib/purl/index.ts";
import { Recent } from "#lib/recent.ts";
import { isSameRelease } from "./distro-names.ts";
import { rangeHolds } from "./vers.ts";

export interface ProductPurl {
  readonly type: string;
  /** Namespace and name joined by `/`, decoded. */
  readonly name: string;
  /** Empty where absent; without rpm's epoch, which is a qualifier. */
  readonly version: string;
  readonly qualifiers: Readonly<Record<string, string>>;
  /**
   * Under what name statements about a claim's component are found: `golang:golang.org/x/net`, of a source package
   * `src:rpm:redhat/openssl`.
   */
  readonly key: string;
  /** A part of the package: what is said of it is not said of the rest. */
  readonly subpath?: string;
}

/** Images share packages, and hubs name the same ones again and again. Weighed by what a text and its parts take, in bytes. */
const kept = new Recent<string, ProductPurl | undefined>(32_000_000, (_, text) => 200 + 4 * text.length);

/** Undefined for what is no purl: documents also name products by plain URIs. */
export function readPurl(text: string): ProductPurl | undefined {
  return kept.get(text, () => parsed(text));
}

function parsed(text: string): ProductPurl | undefined {
  const purl = partsOf(text);
  return purl && { ...purl, key: `${namesSource(purl) ? "src:" : ""}${purl.type}:${purl.name}` };
}

type Parts = Omit<ProductPurl, "key">;

function partsOf(text: string): Parts | undefined {
  const parts = tryParsePurl(text);
  // "Version nothing" is the slip of a program, and must not speak of every version.
  if (parts === undefined || /^[^?#]*@(?:[?#]|$)/.test(text)) return undefined;
  const { type, namespace, name, version = "", qualifiers = {} } = parts;
  const full = namespace === undefined ? name : `${namespace}/${name}`;
  const part = parts.subpath === undefined ? {} : { subpath: parts.subpath };
  if (type === "rpm") return { type, name: full, ...withoutEpoch(version, qualifiers), ...part };
  // `type=jar` is what a Maven package is where nothing else is said.
  const { type: packaging, ...others } = qualifiers;
  const isPlainJar = type === "maven" && packaging === "jar";
  return { type, name: full, version, qualifiers: isPlainJar ? others : qualifiers, ...part };
}

/** The epoch as a qualifier wherever it was written, and 0 as none. */
function withoutEpoch(
  version: string,
  { epoch: given, ...others }: Readonly<Record<string, string>>,
): Pick<ProductPurl, "version" | "qualifiers"> {
  const [prefix = "", written] = /^(\d+):/.exec(version) ?? [];
  const epoch = (given ?? written ?? "").replace(/^0+/, "");
  return { version: version.slice(prefix.length), qualifiers: epoch === "" ? others : { ...others, epoch } };
}

/** Under what names statements that may speak of a component are found: its own, and its source package's. */
export function componentKeys(purl: ProductPurl): readonly string[] {
  const own = `${purl.type}:${purl.name}`;
  return SOURCES.has(purl.type) ? [own, `src:${purl.type}:${sourceOf(purl)}`] : [own];
}

/** Qualifiers of the claim must all stand at the component with the same value. */
export function claimNames(claim: ProductPurl, component: ProductPurl): boolean {
  if (claim.type !== component.type) return false;
  if (claim.subpath !== undefined && claim.subpath !== component.subpath) return false;
  if (namesSource(claim)) {
    // One version of a source package is a file that no image holds; the package as such is all that is built from it.
    const { arch: _, ...others } = claim.qualifiers;
    return claim.version === "" && claim.name === sourceOf(component) && qualifiersMatch(others, component);
  }
  if (claim.name !== component.name) return false;
  if (claim.version !== "") {
    if (claim.version !== component.version) return false;
    if (claim.type === "rpm" && claim.qualifiers["epoch"] !== component.qualifiers["epoch"]) return false;
  }
  return qualifiersMatch(claim.qualifiers, component);
}

/** Whether a claim is about some versions only. */
export function isOfVersions({ version, qualifiers: { vers } }: ProductPurl): boolean {
  return version !== "" || vers !== undefined;
}

function qualifiersMatch(claimed: ProductPurl["qualifiers"], component: ProductPurl): boolean {
  return Object.entries(claimed).every(([key, value]) => {
    const own = component.qualifiers[key];
    switch (key) {
      case "vers":
        return rangeHolds(value, component.type, versionOf(component));
      case "distro":
        return own !== undefined && isSameRelease(value, own);
      case "rpmmod":
        return own !== undefined && moduleOf(value) === moduleOf(own);
      default:
        return own === value;
    }
  });
}

const versionOf = ({ version, qualifiers: { epoch } }: ProductPurl): string =>
  epoch === undefined ? version : `${epoch}:${version}`;

/** Name and stream of `nodejs:18:8090020231212:a75119d5`, which goes on with version and context of a build. */
const moduleOf = (label: string): string => label.split(":", 2).join(":");

/** purl-spec, types deb and rpm: what `arch` is of a source package. */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ["deb", "source"],
  ["rpm", "src"],
]);

const namesSource = ({ type, qualifiers: { arch } }: Parts): boolean =>
  arch !== undefined && SOURCES.get(type) === arch;

/** Namespace and name of the source package: `upstream` names it where it is called otherwise. */
function sourceOf({ name, qualifiers: { upstream } }: ProductPurl): string {
  if (upstream === undefined) return name;
  const source = /^(.+)-[^-]+-[^-]+\.(?:no)?src\.rpm$/.exec(upstream)?.[1] ?? upstream.split("@", 1)[0] ?? "";
  return `${name.slice(0, name.lastIndexOf("/") + 1)}${source}`;
}
