// SPDX-License-Identifier: Apache-2.0
/** A stated package as a component: identity from its purl, the rest from what the document says beside it. */
import { buildPurl, parsePurl, purlErrors } from "#lib/purl/index.ts";
import type { PurlParts } from "#lib/purl/index.ts";
import { ARCHITECTURE_QUALIFIERS, isOsPackage } from "../../compose/purl-of.ts";
import type { Component, PackageType } from "../../types.ts";
import { goModule } from "./go-module.ts";
import type { StatedPackage } from "./stated.ts";

/** Without what only the whole document tells: reference, requirements, layer. */
export type Draft = Omit<Component, "bomRef" | "dependsOn" | "layer">;

export type Drafted =
  | { readonly kind: "component"; readonly draft: Draft; readonly parts: PurlParts }
  | { readonly kind: "no-purl" | "bad-purl" }
  | { readonly kind: "other-type"; readonly type: string };

const TYPES: ReadonlySet<string> = new Set<PackageType>([
  "apk",
  "bitnami",
  "cargo",
  "composer",
  "conda",
  "cran",
  "deb",
  "gem",
  "generic",
  "golang",
  "hackage",
  "hex",
  "maven",
  "npm",
  "nuget",
  "pub",
  "pypi",
  "rpm",
  "swift",
]);

export function drafted(stated: StatedPackage): Drafted {
  if (stated.purl === "") return { kind: "no-purl" };
  let parts: PurlParts;
  try {
    parts = parsePurl(stated.purl);
  } catch (error) {
    if (purlErrors.is(error)) return { kind: "bad-purl" };
    throw error;
  }
  if (!TYPES.has(parts.type)) return { kind: "other-type", type: parts.type };
  if (parts.type === "golang") parts = goModule(parts, stated.name);
  return { kind: "component", draft: draftOf(stated, parts, parts.type as PackageType), parts };
}

function draftOf(stated: StatedPackage, parts: PurlParts, type: PackageType): Draft {
  const { namespace, qualifiers = {} } = parts;
  const { licenses, evidence, supplier, sha256, facts } = stated;
  const architecture = qualifiers[ARCHITECTURE_QUALIFIERS[type] ?? ""];
  const source = ownSource(facts.get("sourcePackage")) ?? stated.sourcePackage;
  const version = versionOf(stated.version, parts);
  const sourcePackage = source ?? upstream(type, qualifiers["upstream"], version);
  const ownedBy = facts.get("ownedBy");
  const usedByEntrypoint = facts.get("usedByEntrypoint");
  const provides = facts.all("provides");
  return {
    purl: buildPurl(parts),
    type,
    ...(namespace === undefined ? {} : { namespace }),
    name: nameOf(stated.name, parts),
    version,
    ...(architecture === undefined ? {} : { architecture }),
    licenses,
    ...(sourcePackage ? { sourcePackage } : {}),
    evidence,
    ...(ownedBy === undefined ? {} : { ownedBy }),
    ...(supplier === undefined ? {} : { supplier }),
    ...(provides.length === 0 ? {} : { provides }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(facts.get("basis") === "file-name" ? { basis: "file-name" as const } : {}),
    ...(usedByEntrypoint === undefined ? {} : { usedByEntrypoint }),
  };
}

/** The purl's; in the document's own letters, unless those are what advisories and analyzers fold. */
const nameOf = (stated: string, { type, name }: PurlParts): string =>
  type !== "pypi" && stated.toLowerCase() === name.toLowerCase() ? stated : name;

/** The purl's, with the epoch that stands in a qualifier; the document's own where it only writes it in other letters. */
function versionOf(stated: string, { type, version = "", qualifiers = {} }: PurlParts): string {
  if (version === "") return stated;
  const epoch = type === "deb" || type === "rpm" ? qualifiers["epoch"] : undefined;
  const whole = epoch === undefined || version.includes(":") ? version : `${epoch}:${version}`;
  return stated.toLowerCase() === whole.toLowerCase() ? stated : whole;
}

/** `NAME@VERSION` of our own documents. */
function ownSource(fact: string | undefined): Component["sourcePackage"] {
  const at = fact?.indexOf("@", 1) ?? -1;
  return fact === undefined || at < 0 ? undefined : { name: fact.slice(0, at), version: fact.slice(at + 1) };
}

/**
 * The qualifier: `NAME`, `NAME@VERSION`, or of rpm `NAME-VERSION-RELEASE.src.rpm`, which has no epoch: a source of the
 * same version has the package's.
 */
function upstream(
  type: PackageType,
  qualifier: string | undefined,
  version: string,
): Component["sourcePackage"] {
  if (qualifier === undefined || !isOsPackage(type)) return undefined;
  const [, name, build] = /^(.+?)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(qualifier) ?? [];
  if (name !== undefined && build !== undefined) {
    const own = version.slice(version.indexOf(":") + 1);
    return { name, version: own === build ? version : build };
  }
  return ownSource(qualifier) ?? { name: qualifier, version };
}
