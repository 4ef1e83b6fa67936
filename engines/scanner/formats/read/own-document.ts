// SPDX-License-Identifier: Apache-2.0
/** What our own documents say of the image and of their making, from the facts in which they say it; see `../document.ts`. */
import { isDigest } from "#lib/digest.ts";
import type { DiffId, ImageDigest, LayerDigest } from "#lib/digest.ts";
import type { Platform } from "#lib/oci/types.ts";
import type { EntryPath, EntryTerminal, TerminalKind, UnresolvedCode } from "../../entrytrace/types.ts";
import type { BaseImage, Component, Omission, Sbom, UsageGap } from "../../types.ts";
import { MAX_TEXT, type Facts } from "./stated.ts";

type Layer = Sbom["layers"][number];

/** A trace follows fewer ways. */
const MAX_ENDS = 100;
/** More than any image has; numbers above are no layers. */
const MAX_LAYERS = 1000;

/** Bottom first; empty where the document names none. Sizes are not in documents, and 0 here. */
export function layersOf(subject: Facts): Layer[] {
  const layers: Layer[] = [];
  for (let index = 0; index < MAX_LAYERS; index++) {
    const diffId = subject.get(`layer:${index}:diffId`);
    const digest = subject.get(`layer:${index}:digest`);
    if (!isDigest(diffId) || !isDigest(digest)) break;
    layers.push({ diffId: diffId as DiffId, digest: digest as LayerDigest, size: 0 });
  }
  return layers;
}

/** Only where it is the layer of that number. */
export function layerOf(facts: Facts, layers: readonly Layer[]): Component["layer"] | undefined {
  const index = Number(facts.get("layer:index") ?? Number.NaN);
  const layer = layers[index];
  if (!layer || facts.get("layer:diffId") !== layer.diffId) return undefined;
  return { index, diffId: layer.diffId, digest: layer.digest };
}

export function platformOf(subject: Facts): Platform | undefined {
  const [os = "", architecture = "", variant] = (subject.get("platform") ?? "").split("/");
  if (os === "" || architecture === "") return undefined;
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

export function baseOf(document: Facts): BaseImage | undefined {
  const name = document.get("base:name");
  const digest = document.get("base:digest");
  const layers = Number(document.get("base:layers") ?? Number.NaN);
  const isCount = Number.isSafeInteger(layers) && layers > 0;
  if (name === undefined && !isDigest(digest) && !isCount) return undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...(isDigest(digest) ? { digest: digest as ImageDigest } : {}),
    ...(isCount ? { layers } : {}),
  };
}

/** Sorted by id, as the documents have them. */
export function analyzersOf(document: Facts): Record<string, number> {
  const named = document.entries.flatMap(([name, value]) => {
    const id = /^analyzer:([a-z0-9/_-]{1,100})$/.exec(name)?.[1];
    return id === undefined || !/^\d{1,9}$/.test(value) ? [] : [[id, Number(value)] as const];
  });
  return Object.fromEntries(named);
}

/** Code and the rest: where a path ends in the line is not told. */
export function omissionsOf(document: Facts): Omission[] {
  return document.all("omission").flatMap((line) => {
    const [, code, message] = /^([A-Z][A-Z0-9_]{0,99}) (.+)$/s.exec(line) ?? [];
    return code === undefined || message === undefined ? [] : [{ code, message: message.slice(0, MAX_TEXT) }];
  });
}

const KINDS: ReadonlySet<string> = new Set<TerminalKind>([
  "dotnet",
  "java",
  "native",
  "node",
  "php",
  "python",
  "ruby",
  "script",
]);

/** The programs that the trace ended in. Its steps, and the words and environment of the start, are not in documents. */
export function entryTraceOf(document: Facts): Sbom["entryTrace"] {
  const ends = document
    .all("entrypoint")
    .slice(0, MAX_ENDS)
    .flatMap((text) => terminalOf(text) ?? []);
  const [, code, message] = /^([A-Z_]+) (.*)$/s.exec(document.get("entrypoint:unresolved") ?? "") ?? [];
  const unresolved: EntryPath["unresolved"] =
    code === undefined || message === undefined ? undefined : { code: code as UnresolvedCode, message };
  // The first end is the trace's own only if that did not stop before it.
  const [first, ...others] = unresolved ? [undefined, ...ends] : ends;
  if (first === undefined && !unresolved) return undefined;
  const alternatives = others.flatMap((terminal) => (terminal ? [{ steps: [], terminal }] : []));
  return {
    steps: [],
    ...(first ? { terminal: first } : {}),
    ...(unresolved ? { unresolved } : {}),
    ...(alternatives.length === 0 ? {} : { alternatives }),
  };
}

/** More are not written. */
const MAX_GAPS = 100;

/** Any of our documents' codes will do: that something was not followed is what counts. */
export function usageGapsOf(document: Facts): UsageGap[] {
  return document
    .all("entrypoint:gap")
    .slice(0, MAX_GAPS)
    .map((line) => {
      const [, code = "USAGE_CUT", message = line] = /^(USAGE_[A-Z_]{1,40}) (.+)$/s.exec(line) ?? [];
      return { code: code as UsageGap["code"], message: message.slice(0, MAX_TEXT) };
    });
}

/** `KIND /PATH /PROGRAM -m MODULE`. */
function terminalOf(text: string): EntryTerminal | undefined {
  const [kind, behind] = cut(text, " /");
  const [paths, module] = cut(behind ?? "", " -m ");
  const [path, program] = cut(paths, " /");
  if (path === "" || !KINDS.has(kind)) return undefined;
  return {
    kind: kind as TerminalKind,
    path,
    ...(program === undefined ? {} : { program }),
    ...(module === undefined ? {} : { module }),
    argv: [],
    workingDir: "/",
    user: "",
    env: {},
  };
}

/** At the first separator; nothing behind it where there is none. */
function cut(text: string, separator: string): [before: string, behind: string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
