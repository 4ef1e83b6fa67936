// SPDX-License-Identifier: Apache-2.0
/** What is in an image as a table: each component with the layer that brought it and the place that says so. */
import type { Component, SbomView, ScanResult } from "#engines/scanner/index.ts";
import { plural } from "#lib/plural.ts";
import { printable } from "../printable.ts";
import { plainTable } from "../table.ts";

const HEADS = ["TYPE", "NAME", "VERSION", "LAYER", "USED", "EVIDENCE"];

/** Cut to `width` columns unless `wide`, which also adds the reason for use. */
export function packagesTable(
  { sbom }: Pick<ScanResult, "sbom">,
  view: SbomView,
  { width, wide }: { readonly width: number; readonly wide: boolean },
): string {
  const shown = sbom.components.filter(
    ({ usedByEntrypoint }) => view === "inventory" || usedByEntrypoint !== undefined,
  );
  const rows = shown.map((component) => rowOf(component, wide));
  const table = plainTable(wide ? [...HEADS, "WHY USED"] : HEADS, rows);
  const lines = table
    .split("\n")
    .map((line) => (wide || line.length <= width ? line : `${line.slice(0, width - 1)}…`));
  const { distro, base, layers, entryTrace } = sbom;
  const { terminal, unresolved } = entryTrace ?? {};
  const notes = [
    distro && `Distro: ${distro.prettyName ?? `${distro.id} ${distro.versionId}`}`,
    base &&
      `Base: ${base.name ?? base.digest ?? ""}${base.layers === undefined ? "" : ` (${base.layers} of ${layers.length} layers)`}`,
    terminal &&
      `Entry program: /${terminal.path}${terminal.program === undefined ? "" : ` /${terminal.program}`}`,
    unresolved && `Entry point not followed to its end: ${unresolved.code}: ${unresolved.message}`,
    `${plural(shown.length, "component")} in ${plural(layers.length, "layer")}${sbom.omissions.length === 0 ? "" : `, ${plural(sbom.omissions.length, "omission")}`}`,
  ];
  return `${lines.join("\n")}\n${notes.flatMap((note) => (note === undefined ? [] : [printable(note)])).join("\n")}\n`;
}

function rowOf(component: Component, wide: boolean): string[] {
  const { type, namespace, name, version, layer, usedByEntrypoint, evidence } = component;
  const isNamed = namespace !== undefined && !["apk", "deb", "rpm"].includes(type);
  const [place] = evidence;
  const inner = place?.inner === undefined ? "" : `!/${place.inner}`;
  const line = place?.line === undefined ? "" : `:${place.line}`;
  return [
    type,
    isNamed ? `${namespace}${type === "maven" ? ":" : "/"}${name}` : name,
    version === "" ? "-" : version,
    String(layer.index),
    usedByEntrypoint === undefined ? "-" : "yes",
    place === undefined ? "-" : `/${place.path}${inner}${line}`,
    ...(wide ? [usedByEntrypoint ?? "-"] : []),
  ];
}
