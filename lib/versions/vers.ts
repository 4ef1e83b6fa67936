// SPDX-License-Identifier: Apache-2.0
/**
 * Version ranges as https://github.com/package-url/vers-spec writes them, `vers:npm/>=1.0.0|<2.0.0|3.1.4`, read in the order of a
 * package's own type whatever scheme they name.
 */
import type { VersionOrder } from "./order.ts";

export interface VersConstraint {
  readonly comparator: "=" | "!=" | "<" | "<=" | ">" | ">=";
  /** As it stands there, decoded. */
  readonly text: string;
  readonly version: unknown;
}

const MAX_CONSTRAINTS = 1000;

/** In the order of their versions; empty for `*`, which is every version. Undefined for another notation. @throws VERSION_INVALID */
export function versConstraints(range: string, order: VersionOrder): readonly VersConstraint[] | undefined {
  const list = /^vers:[a-z\d.+-]{1,64}\/(.+)$/s.exec(range)?.[1];
  if (list === undefined) return undefined;
  if (list === "*") return [];
  const parts = list.split("|");
  if (parts.length > MAX_CONSTRAINTS) return undefined;
  const constraints = parts.map((part): VersConstraint => {
    const [written = ""] = /^(?:>=|<=|!=|[<>=])?/.exec(part.trim()) ?? [];
    const text = decoded(part.trim().slice(written.length).trim());
    const comparator = (written === "" ? "=" : written) as VersConstraint["comparator"];
    return { comparator, text, version: order.parse(text) };
  });
  return constraints.sort((a, b) => order.compare(a.version, b.version));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
