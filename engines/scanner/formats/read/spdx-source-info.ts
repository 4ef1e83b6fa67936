// SPDX-License-Identifier: Apache-2.0
/** `sourceInfo` of SPDX packages (section 7.12): free text, in which each tool writes in one way where it saw a package. */
import type { Evidence } from "../../types.ts";
import { MAX_TEXT, evidenceAt, type StatedPackage } from "./stated.ts";

const SYFT = /^acquired package info from [^:]*: (.*)$/s;
const TRIVY = /^built package from: (\S+) (\S+)$/;
const OWN_LAYER = /^layer (\d{1,6}) (sha256:[0-9a-f]{64})(?:; |$)/;
const COUNTS = /^(.*?)(?: line (\d{1,15}))?(?: offset (\d{1,15}))?$/s;
/** Longer ones are no list of places. */
const MAX_LENGTH = 1024 * 1024;

/** Ours are separated by `; `, syft's by `, `; other texts name none. */
export function placesIn(sourceInfo: string): Evidence[] {
  if (sourceInfo.length > MAX_LENGTH) return [];
  const syft = SYFT.exec(sourceInfo)?.[1];
  if (syft !== undefined) return split(syft, ", ").flatMap((place) => evidenceAt(place) ?? []);
  const own = sourceInfo.replace(OWN_LAYER, "");
  if (!own.startsWith("/")) return [];
  return split(own, "; ").flatMap((text) => {
    const [, place = "", line, offset] = COUNTS.exec(text) ?? [];
    const evidence = place.length > MAX_TEXT ? undefined : evidenceAt(place);
    if (!evidence) return [];
    return [
      {
        ...evidence,
        ...(line === undefined ? {} : { line: Number(line) }),
        ...(offset === undefined ? {} : { offset: Number(offset) }),
      },
    ];
  });
}

/** `layer 2 sha256:...` in front of our own places, as the facts that CycloneDX documents have for it. */
export function layerIn(sourceInfo: string): (readonly [name: string, value: string])[] {
  const [, index, diffId] = OWN_LAYER.exec(sourceInfo) ?? [];
  if (index === undefined || diffId === undefined) return [];
  return [
    ["layer:index", index],
    ["layer:diffId", diffId],
  ];
}

/** Absolute paths; a separator with anything else behind it is part of a path. */
function split(text: string, separator: string): string[] {
  const paths: string[] = [];
  for (const part of text.split(separator)) {
    const last = paths.length - 1;
    if (part.startsWith("/")) paths.push(part);
    else if (last >= 0 && !/^and \d+ more$/.test(part))
      paths[last] = `${paths[last] ?? ""}${separator}${part}`;
  }
  return paths;
}

/** Trivy names the source package of a distro's package. */
export function sourceIn(sourceInfo: string): StatedPackage["sourcePackage"] {
  const [, name, version] = sourceInfo.length > MAX_TEXT ? [] : (TRIVY.exec(sourceInfo) ?? []);
  return name === undefined || version === undefined ? undefined : { name, version };
}
