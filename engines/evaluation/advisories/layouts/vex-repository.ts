// SPDX-License-Identifier: Apache-2.0
/**
 * A VEX repository's description, vex-repository.json: where its archive is and how often to look for a new one. Source:
 * github.com/aquasecurity/vex-repo-spec, v0.1, section 2. Published repositories write `versions` as a list and leave
 * the `v` out; the specification writes a map.
 */
import { z } from "zod";
import { readShape } from "../connectors/shape.ts";
import { unreadable } from "./rows.ts";

const DAY_MS = 86_400_000;
/** Longest time for which a repository may ask to be left alone. */
export const MAX_INTERVAL_MS = 7 * DAY_MS;
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

const version = z.object({
  spec_version: z.string().max(20),
  locations: z.array(z.object({ url: z.string().max(2048) })).max(50),
  update_interval: z.string().max(40).default("24h"),
});
const manifestShape = z.object({
  versions: z.union([z.array(version).max(100), z.record(z.string().max(20), version)]),
});
export interface RepositoryVersion {
  /** Any of them; the first that can be read is. */
  readonly locations: readonly { readonly url: URL; readonly folder: string }[];
  /** From a second to a week. */
  readonly intervalMs: number;
}

/** Of version 0.1, the one that there is. @throws FEED_DOCUMENT_INVALID, FEED_UNREADABLE */
export function readRepository(value: unknown, name: string): RepositoryVersion {
  const { versions } = readShape(manifestShape, { name, value });
  const known = (Array.isArray(versions) ? versions : Object.values(versions)).find(({ spec_version }) =>
    /^v?0\.1(?:\.|$)/.test(spec_version),
  );
  if (known === undefined)
    throw unreadable(name, "it has no version 0.1, which is the one that is understood");
  const locations = known.locations.flatMap(({ url }) => locationOf(url));
  if (locations.length === 0) throw unreadable(name, "it names no web address of an archive");
  return { locations, intervalMs: intervalOf(known.update_interval) };
}

/** `https://host/a.tar.gz//folder`: the folder in the archive stands behind two slashes. */
function locationOf(text: string): readonly { url: URL; folder: string }[] {
  const [, address = "", folder = ""] =
    /^(https?:\/\/[^/]+(?:\/(?!\/)[^/]*)*)(?:\/\/(.*))?$/.exec(text) ?? [];
  const url = URL.parse(address);
  return url === null ? [] : [{ url, folder: folder.replace(/^\/+|\/+$/g, "") }];
}

/** Go's duration format, whole numbers; a day where it is something else. */
function intervalOf(text: string): number {
  if (!/^(?:[0-9]{1,6}(?:h|ms|m|s))+$/.test(text)) return DAY_MS;
  let total = 0;
  for (const [, amount = "0", unit = "ms"] of text.matchAll(/([0-9]+)(h|ms|m|s)/g)) {
    total += Number(amount) * (UNIT_MS[unit] ?? 1);
  }
  return Math.min(MAX_INTERVAL_MS, Math.max(1000, total));
}
