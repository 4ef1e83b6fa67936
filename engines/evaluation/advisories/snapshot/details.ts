// SPDX-License-Identifier: Apache-2.0
/**
 * What people read of an advisory and no head says. One of several CVEs stands in a snapshot once for each of them, with nothing but
 * that CVE's name told apart: it is left out here, so that all of these are one text.
 */
import { canonicalJson } from "#lib/canonical-json.ts";
import { byText } from "#lib/compare.ts";
import type { Advisory } from "../../types.ts";
import { isCve } from "../identity.ts";

export type Detail = Omit<Advisory, "id" | "source" | "severity" | "published"> & {
  /** The vulnerability's id is an alias too. */
  readonly isNamed?: true;
};

/** @param vulnerability id under which the advisory stands */
export function detailText(
  { id, source: _source, severity: _severity, published: _published, ...rest }: Advisory,
  vulnerability: string,
): string {
  const others = rest.aliases.filter((alias) => alias !== vulnerability);
  const isNamed = !isCve(id) && isCve(vulnerability) && isSame(withName(others, vulnerability), rest.aliases);
  return canonicalJson(isNamed ? { ...rest, aliases: others, isNamed: true } : rest);
}

/** The detail as its source's export has it. */
export function detailOf({ isNamed, ...rest }: Detail, vulnerability: string): Omit<Detail, "isNamed"> {
  return isNamed === true ? { ...rest, aliases: withName(rest.aliases, vulnerability) } : rest;
}

const withName = (others: readonly string[], name: string): readonly string[] =>
  [...others, name].sort(byText);

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, at) => text === b[at]);
