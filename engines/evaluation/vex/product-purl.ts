// SPDX-License-Identifier: Apache-2.0
/** Does the purl of a VEX claim name this component? Parts that the claim leaves out match anything. */
import { parsePurl, purlErrors } from "#lib/purl/index.ts";

export interface ProductPurl {
  readonly type: string;
  /** Namespace and name joined by `/`, decoded. */
  readonly name: string;
  /** Empty where absent. */
  readonly version: string;
  readonly qualifiers: Readonly<Record<string, string>>;
}

/** Undefined for what is no purl: documents also name products by plain URIs. */
export function readPurl(text: string): ProductPurl | undefined {
  if (!text.startsWith("pkg:")) return undefined;
  try {
    const { type, namespace, name, version, qualifiers } = parsePurl(text);
    const full = namespace === undefined ? name : `${namespace}/${name}`;
    return { type, name: full, version: version ?? "", qualifiers: qualifiers ?? {} };
  } catch (error) {
    if (purlErrors.is(error)) return undefined;
    throw error;
  }
}

/** Under what name statements about a component are found: type and name, `golang:golang.org/x/net`. */
export function componentKey({ type, name }: ProductPurl): string {
  return `${type}:${name}`;
}

/** Qualifiers of the claim must all stand at the component with the same value. */
export function claimNames(claim: ProductPurl, component: ProductPurl): boolean {
  if (claim.type !== component.type || claim.name !== component.name) return false;
  if (claim.version !== "" && claim.version !== component.version) return false;
  return Object.entries(claim.qualifiers).every(([key, value]) => component.qualifiers[key] === value);
}
