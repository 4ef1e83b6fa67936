// SPDX-License-Identifier: Apache-2.0
/**
 * By what names others may know a product of a CSAF document: purls and digests, a CPE where there is nothing else. A product that
 * is a part of another one has both names. Whatever would widen what is said, to all versions or to any place, names nothing.
 */
import { buildPurl, tryParsePurl } from "#lib/purl/index.ts";
import type { PurlParts } from "#lib/purl/index.ts";
import { platformOfCpe } from "./platform.ts";
import type { CsafProduct } from "./product-tree.ts";

export interface ProductNames {
  /** Of the product, or of what `part` is a part of. */
  readonly whole: readonly string[];
  readonly part?: readonly string[];
}

type Products = ReadonlyMap<string, CsafProduct>;

/** A module in a repository in a platform takes two. */
const MAX_LEVELS = 8;
/** Of a purl; none in use has half of it. */
const MAX_NAME = 1000;

/** Undefined where product, part or whole have no name. */
export function productNames(id: string, products: Products): ProductNames | undefined {
  const product = products.get(id);
  if (product === undefined) return undefined;
  const { relation } = product;
  if (relation === undefined) return namesOrNothing(namesOf(product, undefined));
  const part = products.get(relation.part);
  const outer = outermost(relation.whole, products);
  if (part === undefined || part.relation !== undefined || outer === undefined) return undefined;
  const parts = namesOf(product.purl === undefined ? part : { ...part, purl: product.purl }, outer.product);
  // An image is the same image in whatever it is delivered.
  if (parts.some(isImage)) return { whole: parts };
  const whole = namesOf(outer.product, undefined);
  if (parts.length === 0 || whole.length === 0) return undefined;
  // Of a module in a platform only the platform can be recognized; the part must then say enough by itself.
  return outer.isDirect || parts.some(isPinned) ? { whole, part: parts } : undefined;
}

const namesOrNothing = (whole: readonly string[]): ProductNames | undefined =>
  whole.length === 0 ? undefined : { whole };

const isImage = (name: string): boolean => /^pkg:oci\/[^?]*@sha256(?::|%3a)/i.test(name);

const isPinned = (name: string): boolean => {
  const purl = tryParsePurl(name);
  return purl?.version !== undefined || purl?.qualifiers?.["rpmmod"] !== undefined;
};

/** What is a part of nothing itself. */
function outermost(id: string, products: Products): { product: CsafProduct; isDirect: boolean } | undefined {
  let product = products.get(id);
  for (let level = 0; level < MAX_LEVELS; level += 1) {
    if (product?.relation === undefined) return product && { product, isDirect: level === 0 };
    product = products.get(product.relation.whole);
  }
  return undefined;
}

function namesOf(product: CsafProduct, platform: CsafProduct | undefined): readonly string[] {
  const purl = product.purl === undefined ? unnamedRpm(product, platform) : usablePurl(product, product.purl);
  const isName = purl !== undefined && purl.length <= MAX_NAME;
  const strong = [...(isName ? [purl] : []), ...product.sha256.map((hex) => `sha256:${hex}`)];
  if (strong.length > 0 || product.purl !== undefined || product.cpe === undefined) return strong;
  return [product.cpe];
}

/** The purl if it stands for just the versions that the product stands for. */
function usablePurl(product: CsafProduct, text: string): string | undefined {
  const purl = tryParsePurl(text);
  if (purl === undefined || isSourceRpm(product, purl)) return undefined;
  const { branch, range } = product;
  if (purl.version !== undefined && !isStreamForVersion(purl)) return range === undefined ? text : undefined;
  const { version: _, ...unversioned } = purl;
  if (range !== undefined) {
    if (!range.startsWith("vers:")) return undefined;
    return buildPurl({ ...unversioned, qualifiers: { ...purl.qualifiers, vers: range } });
  }
  // A `product_version` is one version, unless it only repeats the package's name, as Red Hat's "all versions" does.
  const isAllVersions = branch?.category !== "product_version" || lastPart(branch.name) === purl.name;
  if (!isAllVersions) return undefined;
  return purl.version === undefined ? text : buildPurl(unversioned);
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

/** `go-toolset@rhel8?rpmmod=go-toolset:rhel8`: the module's stream where a version should be. */
const isStreamForVersion = ({ version, qualifiers }: PurlParts): boolean =>
  version !== undefined && qualifiers?.["rpmmod"]?.split(":")[1] === version;

/**
 * The file `openssl-3.0.7-18.el9.src.rpm`, which is installed nowhere and says nothing of the packages built from it. `arch=src`
 * without a version is another thing: the component `openssl` with all its packages, where it is not called `openssl.src`.
 */
function isSourceRpm({ branch, name }: CsafProduct, purl: PurlParts): boolean {
  if (purl.type !== "rpm" || !/^(?:no)?src$/.test(purl.qualifiers?.["arch"] ?? "")) return false;
  const isVersion = purl.version !== undefined && !isStreamForVersion(purl);
  return isVersion || (branch?.name ?? name).endsWith(".src");
}

const MODULE = /^(?:([\w.+-]{1,200}:[\w.+-]{1,200})\/)?([A-Za-z\d][\w.+-]{0,200})$/;
const NEVRA = /^([A-Za-z\d][\w.+-]{0,200})-(\d{1,10}):([\w.~^+]{1,200}-[\w.~^+]{1,200})\.([a-z\d_]{1,20})$/;

/** Red Hat's documents of before 2024 have no purl for a component: `openssl`, `nodejs:18/nodejs`, `curl-0:7.76.1-14.el9.x86_64`. */
function unnamedRpm(
  { branch, name, cpe }: CsafProduct,
  platform: CsafProduct | undefined,
): string | undefined {
  const found = platform?.cpe === undefined || cpe !== undefined ? undefined : platformOfCpe(platform.cpe);
  const release = /^rhel:(\d+)$/.exec(found?.release ?? "")?.[1];
  if (release === undefined) return undefined;
  const text = branch?.name ?? name;
  const rpm = { type: "rpm", namespace: "redhat" };
  const distro = `rhel-${release}`;
  const [, file, epoch, version, arch] = NEVRA.exec(text) ?? [];
  if (file !== undefined && version !== undefined && arch !== undefined) {
    if (arch === "src") return undefined;
    const qualifiers = { arch, distro, ...(epoch === undefined || epoch === "0" ? {} : { epoch }) };
    return buildPurl({ ...rpm, name: file, version, qualifiers });
  }
  const [, module, component] = MODULE.exec(text) ?? [];
  if (component === undefined || component.endsWith(".src")) return undefined;
  const qualifiers = { arch: "src", distro, ...(module === undefined ? {} : { rpmmod: module }) };
  return buildPurl({ ...rpm, name: component, qualifiers });
}
