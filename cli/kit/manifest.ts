// SPDX-License-Identifier: Apache-2.0
/** What an offline kit says of itself: docs/formats/offline-kit.md. Nothing outside of it is taken from a kit. */
import { z } from "zod";
import { canonicalJson } from "#lib/canonical-json.ts";
import { isDigest } from "#lib/digest.ts";
import type { Digest } from "#lib/digest.ts";
import { defineErrors } from "#lib/errors.ts";
import { stemOf } from "../kept-files.ts";

export const kitErrors = defineErrors("cli-kit", {
  KIT_MISSING: "missing",
  /** It is not as the format says, or its parts are not what its manifest says of them. */
  KIT_INVALID: "invalid",
  KIT_LIMIT_EXCEEDED: "invalid",
  /** A kit is given where feeds are read. */
  KIT_AMONG_FEEDS: "invalid",
  /** No signature, or none by the key that was given. */
  KIT_SIGNATURE_INVALID: "denied",
  /** A file that should hold a key holds none. */
  KIT_KEY_INVALID: "invalid",
  /** Nothing is kept that a kit could hold. */
  KIT_EMPTY: "missing",
  KIT_UNWRITABLE: "unavailable",
});

export const KIT_FORMAT = "stellaops.kit/1";
export const MANIFEST_FILE = "manifest.json";
export const SIGNATURE_FILE = "manifest.dsse.json";
export const KIT_PAYLOAD_TYPE = "application/vnd.stella-ops.kit-manifest+json";

export interface KitLimits {
  readonly maxEntries: number;
  /** Of the manifest and of its signature, each. */
  readonly maxManifestBytes: number;
  /** Of one entry, in the kit and decompressed: one buffer can't hold more. */
  readonly maxEntryBytes: number;
  readonly maxTotalBytes: number;
}

const GIB = 1024 * 1024 * 1024;
export const kitLimits: KitLimits = {
  maxEntries: 10_000,
  maxManifestBytes: 16 * 1024 * 1024,
  maxEntryBytes: 2 * GIB - 1,
  maxTotalBytes: 16 * GIB,
};

/** Where an entry of a kind lies in the kit. Whole names: no path leads anywhere else. */
const PLACES = {
  "advisory-export": /^advisories\/[0-9a-f]{16}\.export$/,
  "advisory-snapshot": /^snapshot\.bin\.zst$/,
  "advisory-source": /^advisories\/[0-9a-f]{16}\.json$/,
  "trust-root": /^trust\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
  "vex-documents": /^vex\/[0-9a-f]{16}\.documents$/,
  "vex-snapshot": /^vex-snapshot\.bin\.zst$/,
  "vex-source": /^vex\/[0-9a-f]{16}\.json$/,
} as const;
export type KitKind = keyof typeof PLACES;

const digest = z.custom<Digest>(isDigest, "not a sha256 digest");
const sourceName = z.string().min(1).max(4096);
const entryShape = z
  .strictObject({
    kind: z.enum(Object.keys(PLACES) as [KitKind, ...KitKind[]]),
    path: z.string().max(200),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, "not a SHA-256 in hex"),
    size: z.int().min(0),
  })
  .refine(({ kind, path }) => PLACES[kind].test(path), {
    path: ["path"],
    error: "an entry of that kind has no such path",
  });

const manifestShape = z.strictObject({
  format: z.literal(KIT_FORMAT),
  entries: z.array(entryShape),
  /** Id of the advisory snapshot; absent in a kit without advisories. */
  snapshot: digest.optional(),
  sources: z.array(z.strictObject({ name: sourceName, digest, records: z.int().min(0) })),
  /** Digest of the VEX snapshot; absent in a kit without VEX. */
  vexSnapshot: digest.optional(),
  vexSources: z.array(z.strictObject({ name: sourceName, digest, statements: z.int().min(0) })),
});

export type KitManifest = z.output<typeof manifestShape>;
export type KitEntry = KitManifest["entries"][number];

/** @throws KIT_INVALID, KIT_LIMIT_EXCEEDED, with the place in the manifest */
export function parseManifest(bytes: Uint8Array, limits: KitLimits): KitManifest {
  let value: unknown;
  const text = Buffer.from(bytes).toString("utf8");
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw kitErrors.make("KIT_INVALID", `${MANIFEST_FILE} is no JSON`, { cause });
  }
  const shape = manifestShape.safeParse(value);
  if (!shape.success) {
    const { path, message } = shape.error.issues[0] ?? { path: [], message: "" };
    throw invalid(path.join("."), message);
  }
  const manifest = shape.data;
  // One form only: no name twice in an object, and nothing that two readers could read in two ways.
  if (canonicalJson(manifest) !== text) throw invalid("", "it is not in canonical form (RFC 8785)");
  checkEntries(manifest, limits);
  checkWhole(manifest);
  return manifest;
}

function checkEntries({ entries }: KitManifest, limits: KitLimits): void {
  if (entries.length > limits.maxEntries) throw tooMuch("entries", `more than ${limits.maxEntries}`);
  let total = 0;
  for (const [index, { path, size }] of entries.entries()) {
    const before = entries[index - 1]?.path;
    if (before !== undefined && before >= path)
      throw invalid(`entries.${index}.path`, `${path} stands twice or out of order`);
    if (size > limits.maxEntryBytes)
      throw tooMuch(`entries.${index}.size`, `more than ${limits.maxEntryBytes} bytes`);
    total += size;
  }
  if (total > limits.maxTotalBytes) throw tooMuch("entries", `together over ${limits.maxTotalBytes} bytes`);
}

/** Each source has its two files and the snapshot of all, and no file is without its source. */
function checkWhole({ entries, sources, snapshot, vexSources, vexSnapshot }: KitManifest): void {
  const wanted = [
    ...sources.flatMap(({ name }) => {
      const stem = `advisories/${stemOf(name)}`;
      return [`${stem}.export`, `${stem}.json`];
    }),
    ...(sources.length === 0 ? [] : ["snapshot.bin.zst"]),
    ...vexSources.flatMap(({ name }) => [`vex/${stemOf(name)}.documents`, `vex/${stemOf(name)}.json`]),
    ...(vexSources.length === 0 ? [] : ["vex-snapshot.bin.zst"]),
  ];
  const found = entries.filter(({ kind }) => kind !== "trust-root").map(({ path }) => path);
  const [isFound, isWanted] = [new Set(found), new Set(wanted)];
  const missing = wanted.find((path) => !isFound.has(path));
  if (missing !== undefined) throw invalid("entries", `${missing} is not among them`);
  const extra = found.find((path) => !isWanted.has(path));
  if (extra !== undefined) throw invalid("sources", `none is the source of ${extra}`);
  if (isWanted.size !== wanted.length) throw invalid("sources", "two have one name");
  if ((snapshot === undefined) !== (sources.length === 0))
    throw invalid("snapshot", "it does not fit sources");
  if ((vexSnapshot === undefined) !== (vexSources.length === 0))
    throw invalid("vexSnapshot", "it does not fit vexSources");
}

const at = (place: string): string => (place === "" ? MANIFEST_FILE : `${MANIFEST_FILE}: ${place}`);
const invalid = (place: string, reason: string): Error =>
  kitErrors.make("KIT_INVALID", `${at(place)}: ${reason}`);
const tooMuch = (place: string, reason: string): Error =>
  kitErrors.make("KIT_LIMIT_EXCEEDED", `${at(place)}: ${reason}`);
