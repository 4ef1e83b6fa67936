// SPDX-License-Identifier: Apache-2.0
/** Document versions, integer or semantic (section 3.1.11), and the revision history in the order of its dates. */
import { byText } from "#lib/compare.ts";
import type { CsafDocument } from "../schema.ts";

type Tracking = CsafDocument["document"]["tracking"];

export interface DocumentVersion {
  readonly isSemantic: boolean;
  /** One number, or three. */
  readonly numbers: readonly number[];
  /** Without `-`; empty where there is none. */
  readonly preRelease: string;
}

export interface Revision {
  readonly version: DocumentVersion;
  /** As it stands there. */
  readonly number: string;
  /** `$.document.tracking.revision_history[2].number` */
  readonly path: string;
}

/** The schema has seen to its form. Build metadata counts nowhere. */
export function documentVersion(text: string): DocumentVersion {
  const [withoutBuild = ""] = text.split("+", 1);
  const dash = withoutBuild.indexOf("-");
  const core = dash < 0 ? withoutBuild : withoutBuild.slice(0, dash);
  const numbers = core.split(".").map(Number);
  return {
    isSemantic: numbers.length === 3,
    numbers,
    preRelease: dash < 0 ? "" : withoutBuild.slice(dash + 1),
  };
}

/** Oldest first; of one moment in the order of their numbers. */
export function revisionsOf({ revision_history: history }: Tracking): readonly Revision[] {
  return history
    .map(({ date, number }, index) => ({
      version: documentVersion(number),
      number,
      path: `$.document.tracking.revision_history[${index}].number`,
      at: Date.parse(date),
    }))
    .sort((a, b) => a.at - b.at || compareVersions(a.version, b.version));
}

/** An integer is a major version. Pre-releases come before their release; in a history they are a fault anyway (6.1.19). */
export function compareVersions(a: DocumentVersion, b: DocumentVersion): number {
  for (let i = 0; i < 3; i += 1) {
    const order = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
    if (order !== 0) return order;
  }
  return Number(a.preRelease === "") - Number(b.preRelease === "") || byText(a.preRelease, b.preRelease);
}
