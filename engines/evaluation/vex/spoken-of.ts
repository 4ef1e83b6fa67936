// SPDX-License-Identifier: Apache-2.0
/**
 * Who speaks in a VEX snapshot of a component and a vulnerability, whatever image they are in. Images share components, so what was
 * found is kept with the snapshot.
 */
import { Recent } from "#lib/recent.ts";
import type { Scope } from "./consensus.ts";
import { claimNames, componentKeys, isOfVersions, readPurl, type ProductPurl } from "./product-purl.ts";
import type { VexSnapshot, VexSubject } from "./types.ts";

export interface Spoken {
  /** What is said of the component, and how closely that names it. */
  readonly ofComponent: readonly { readonly subject: VexSubject; readonly closeness: Scope }[];
  /** What is said of whole images; any of them. */
  readonly ofImages: readonly VexSubject[];
}

const SILENCE: Spoken = { ofComponent: [], ofImages: [] };
/** Components with their vulnerabilities, and subjects that name them. */
const MAX_KEPT = 100_000;

class Memory {
  readonly spoken = new Recent<string, Spoken>(
    MAX_KEPT,
    ({ ofComponent, ofImages }) => 1 + ofComponent.length + ofImages.length,
  );
  readonly byVersion = new WeakMap<readonly VexSubject[], ReadonlyMap<string, readonly VexSubject[]>>();
}

const memories = new WeakMap<VexSnapshot, Memory>();

/** @param ids names of the vulnerability, upper case. @throws VEX_SNAPSHOT_INVALID */
export function spokenOf(snapshot: VexSnapshot, component: string, ids: readonly string[]): Spoken {
  // Of most vulnerabilities nobody speaks, which costs less to find out than to remember.
  if (ids.every((id) => snapshot.about(id).size === 0)) return SILENCE;
  let memory = memories.get(snapshot);
  if (memory === undefined) memories.set(snapshot, (memory = new Memory()));
  const { spoken, byVersion } = memory;
  return spoken.get(`${component}\0${ids.join("\0")}`, () => {
    const purl = readPurl(component);
    if (purl === undefined) return SILENCE;
    const ofComponent: { subject: VexSubject; closeness: Scope }[] = [];
    const ofImages: VexSubject[] = [];
    for (const id of new Set(ids)) {
      const about = snapshot.about(id);
      for (const key of about.size === 0 ? [] : componentKeys(purl)) {
        for (const subject of mayName(about.get(key) ?? [], purl, byVersion)) {
          const closeness = closest(subject.ids, purl);
          if (closeness !== undefined) ofComponent.push({ subject, closeness });
        }
      }
      ofImages.push(...(about.get("") ?? []));
    }
    return ofComponent.length + ofImages.length === 0 ? SILENCE : { ofComponent, ofImages };
  });
}

/** Those that name the component's version or none: a hub names hundreds of versions of one module. */
function mayName(
  subjects: readonly VexSubject[],
  { version }: ProductPurl,
  byVersion: Memory["byVersion"],
): readonly VexSubject[] {
  let lists = byVersion.get(subjects);
  if (lists === undefined) byVersion.set(subjects, (lists = listedByVersion(subjects)));
  const [any = [], own = []] = [lists.get(""), version === "" ? [] : lists.get(version)];
  return any.length === 0 ? own : own.length === 0 ? any : [...new Set([...any, ...own])];
}

function listedByVersion(subjects: readonly VexSubject[]): ReadonlyMap<string, readonly VexSubject[]> {
  const lists = new Map<string, VexSubject[]>();
  for (const subject of subjects) {
    for (const version of new Set(subject.ids.flatMap((id) => readPurl(id)?.version ?? []))) {
      const list = lists.get(version);
      if (list === undefined) lists.set(version, [subject]);
      else list.push(subject);
    }
  }
  return lists;
}

/** Whether any of the names is the component's, with its version (or a range of them) or without one. */
function closest(ids: readonly string[], target: ProductPurl): Scope | undefined {
  const claims = ids.flatMap((id) => readPurl(id) ?? []).filter((claim) => claimNames(claim, target));
  if (claims.length === 0) return undefined;
  return claims.some(isOfVersions) ? "version" : "package";
}
