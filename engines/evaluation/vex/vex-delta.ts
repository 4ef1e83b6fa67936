// SPDX-License-Identifier: Apache-2.0
/** What a new VEX snapshot changes: the vulnerabilities about which it says something else. */
import { canonicalJson } from "#lib/canonical-json.ts";
import { byText } from "#lib/compare.ts";
import type { VexSnapshot } from "./types.ts";

/** Sorted. Where a statement stands, and in which document's bytes, does not count; who says it does. */
export function vexDelta(before: VexSnapshot, after: VexSnapshot): readonly string[] {
  const names = new Set([...before.vulnerabilities(), ...after.vulnerabilities()]);
  return [...names].filter((name) => said(before, name) !== said(after, name)).sort(byText);
}

function said(snapshot: VexSnapshot, vulnerability: string): string {
  const subjects = [...snapshot.about(vulnerability).values()].flat();
  const texts = subjects.flatMap((subject) =>
    subject
      .statements()
      .map(({ place: _, from: { digest: __, ...from }, ...rest }) => canonicalJson({ ...rest, from })),
  );
  return texts.sort(byText).join("\n");
}
