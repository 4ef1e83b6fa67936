// SPDX-License-Identifier: Apache-2.0
/** The components of a CycloneDX document by their references, and what one of them, or of another BOM, is called. */
import type { LinkedBom, VexProduct } from "../types.ts";
import { isObject } from "./fault.ts";
import type { Json, Place } from "./fault.ts";
import { idsOf } from "./names.ts";

const MAX_COMPONENTS = 500_000;

export interface CycloneDxBom {
  /** Undefined where product or component have no name; BOM-Links to other documents stay as they are. */
  readonly productOf: (ref: string) => VexProduct | undefined;
  /** Absent where the document has no serial number. */
  readonly linked?: LinkedBom;
}

/** https://cyclonedx.org/capabilities/bomlink/ */
const BOM_LINK = /^(urn:cdx:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\/\d{1,9})(?:#(.*))?$/is;

/** @throws VEX_DOCUMENT_INVALID when there are more components than are read */
export function bomOf(document: Json, place: Place): CycloneDxBom {
  const metadata = isObject(document["metadata"]) ? document["metadata"] : {};
  const root = isObject(metadata["component"]) ? metadata["component"] : undefined;
  const names = namesByRef(document, root, place);
  const rootRef = root?.["bom-ref"];
  const rootNames = root === undefined ? undefined : namesOf(root);
  const isRoot = (ref: string): boolean => root !== undefined && ref === rootRef;
  const namesAt = (ref: string): readonly string[] | undefined =>
    names.get(ref) ?? (ref.startsWith("pkg:") ? idsOf([ref]) : undefined);
  const link = linkOf(document);
  return {
    productOf(ref) {
      const [, other, inOther] = BOM_LINK.exec(ref) ?? [];
      if (other !== undefined && other.toLowerCase() !== link) {
        const ids = idsOf([`${other.toLowerCase()}${inOther === undefined ? "" : `#${inOther}`}`]);
        return ids.length === 0 ? undefined : { ids, subcomponents: [] };
      }
      return productIn({ root: rootNames, isRoot, names: namesAt }, other === undefined ? ref : inOther);
    },
    ...(link === undefined ? {} : { linked: { link, root: rootNames ?? [], names: namesAt, isRoot } }),
  };
}

/** A reference of another document, once that document is there. Undefined: it names nothing, or nothing with a name. */
export function productAtLink(
  id: string,
  bomAt: (link: string) => LinkedBom | undefined,
): VexProduct | undefined {
  const [, link = "", ref] = BOM_LINK.exec(id) ?? [];
  const bom = bomAt(link);
  if (bom !== undefined) return productIn(bom, ref);
  // In a BOM that nobody has: said of the component in there, and of no other.
  const part = ref === undefined ? [] : idsOf([decoded(ref)]);
  return part[0]?.startsWith("pkg:") === true ? { ids: [link], subcomponents: [part] } : undefined;
}

export function isBomLink(id: string): boolean {
  return BOM_LINK.test(id);
}

/** The root itself, a component in the root, or a component that stands alone where there is no root. */
function productIn(
  bom: Pick<LinkedBom, "names" | "isRoot"> & { readonly root: readonly string[] | undefined },
  given: string | undefined,
): VexProduct | undefined {
  const product = (ids: readonly string[] | undefined, part?: readonly string[]): VexProduct | undefined =>
    ids === undefined || ids.length === 0
      ? undefined
      : { ids, subcomponents: part === undefined ? [] : [part] };
  if (given === undefined) return product(bom.root);
  const ref = bom.names(given) === undefined && !bom.isRoot(given) ? decoded(given) : given;
  if (bom.isRoot(ref)) return product(bom.root);
  const part = bom.names(ref);
  if (part === undefined || part.length === 0) return undefined;
  return bom.root === undefined ? product(part) : product(bom.root, part);
}

function linkOf({ serialNumber, version = 1 }: Json): string | undefined {
  const serial = typeof serialNumber === "string" ? serialNumber.toLowerCase().replace(/^urn:uuid:/, "") : "";
  const link = `urn:cdx:${serial}/${String(version)}`;
  return BOM_LINK.test(link) ? link : undefined;
}

function namesByRef(
  document: Json,
  root: Json | undefined,
  place: Place,
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  const stack: unknown[] = [...listOf(document["components"]), ...listOf(root?.["components"])];
  let count = 0;
  for (let component = stack.pop(); component !== undefined; component = stack.pop()) {
    count += 1;
    if (count > MAX_COMPONENTS) throw place.at("components").refuse(`more than ${MAX_COMPONENTS}`);
    if (!isObject(component)) continue;
    const ref = component["bom-ref"];
    // References are unique in a BOM; one that is not names nothing.
    if (typeof ref === "string") names.set(ref, names.has(ref) ? [] : namesOf(component));
    for (const inner of listOf(component["components"])) stack.push(inner);
  }
  return names;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** purl, SHA-256 and, as syft and trivy give an image's, a digest for a version; a CPE where there are none. */
function namesOf(component: Json): readonly string[] {
  const { purl, cpe, hashes, version, type, "bom-ref": ref } = component;
  const digests = listOf(hashes).map((hash) =>
    isObject(hash) && hash["alg"] === "SHA-256" && typeof hash["content"] === "string"
      ? `sha256:${hash["content"].toLowerCase()}`
      : undefined,
  );
  const image = type === "container" && typeof version === "string" && /^sha256:[\da-f]{64}$/.test(version);
  const refPurl = typeof ref === "string" && ref.startsWith("pkg:") ? ref : undefined;
  const strong = idsOf([purl ?? refPurl, ...digests, image ? version : undefined]);
  return strong.length > 0 ? strong : idsOf([cpe]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
