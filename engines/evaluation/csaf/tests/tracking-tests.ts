// SPDX-License-Identifier: Apache-2.0
/** Mandatory tests of a document's versions and revision history: CSAF 2.0, 6.1.14, 6.1.16 to 6.1.22, 6.1.30. */
import type { CsafTest, Examined } from "../types.ts";
import { compareVersions, documentVersion, revisionsOf } from "./versions.ts";

const HISTORY = "$.document.tracking.revision_history";
const VERSION = "$.document.tracking.version";

const trackingOf = ({ whole }: Examined): Examined["whole"]["document"]["tracking"] =>
  whole.document.tracking;
const isReleased = (examined: Examined): boolean => trackingOf(examined).status !== "draft";

const unsorted: CsafTest = {
  id: "6.1.14",
  title: "Sorted Revision History",
  find(examined) {
    const revisions = revisionsOf(trackingOf(examined));
    const at = revisions.findIndex((revision, i) => {
      const before = revisions[i - 1];
      return before !== undefined && compareVersions(before.version, revision.version) > 0;
    });
    const late = revisions[at];
    return late && { path: late.path, reason: `version ${late.number} comes after a higher one` };
  },
};

const notLatest: CsafTest = {
  id: "6.1.16",
  title: "Latest Document Version",
  find(examined) {
    const { version: text, status } = trackingOf(examined);
    const last = revisionsOf(trackingOf(examined)).at(-1);
    if (last === undefined) return undefined;
    const version = documentVersion(text);
    const compared = status === "draft" ? { ...version, preRelease: last.version.preRelease } : version;
    if (compareVersions(compared, last.version) === 0) return undefined;
    return { path: VERSION, reason: `it is ${text}, and the latest revision is ${last.number}` };
  },
};

const undeclaredDraft: CsafTest = {
  id: "6.1.17",
  title: "Document Status Draft",
  find(examined) {
    const { version: text, status } = trackingOf(examined);
    const { numbers, preRelease } = documentVersion(text);
    if (status === "draft" || (numbers[0] !== 0 && preRelease === "")) return undefined;
    return {
      path: "$.document.tracking.status",
      reason: `version ${text} is a draft's, and the status is ${status}`,
    };
  },
};

const releasedZero: CsafTest = {
  id: "6.1.18",
  title: "Released Revision History",
  find(examined) {
    if (!isReleased(examined)) return undefined;
    const zero = revisionsOf(trackingOf(examined)).find(({ version }) => version.numbers[0] === 0);
    return zero && { path: zero.path, reason: `a released document has a revision ${zero.number}` };
  },
};

const preReleaseRevision: CsafTest = {
  id: "6.1.19",
  title: "Revision History Entries for Pre-release Versions",
  find(examined) {
    const found = revisionsOf(trackingOf(examined)).find(({ version }) => version.preRelease !== "");
    return found && { path: found.path, reason: `the revision ${found.number} is a pre-release` };
  },
};

const releasedPreRelease: CsafTest = {
  id: "6.1.20",
  title: "Non-draft Document Version",
  find(examined) {
    const { version: text, status } = trackingOf(examined);
    if (!isReleased(examined) || documentVersion(text).preRelease === "") return undefined;
    return { path: VERSION, reason: `${text} is a pre-release, and the status is ${status}` };
  },
};

const missingRevision: CsafTest = {
  id: "6.1.21",
  title: "Missing Item in Revision History",
  find(examined) {
    let before: number | undefined;
    for (const { version, number, path } of revisionsOf(trackingOf(examined))) {
      const major = version.numbers[0] ?? 0;
      if (before === undefined && major > 1) return { path, reason: `the first revision is ${number}` };
      if (before !== undefined && major > before + 1)
        return { path, reason: `${number} follows version ${before}` };
      before = major;
    }
    return undefined;
  },
};

const repeatedRevision: CsafTest = {
  id: "6.1.22",
  title: "Multiple Definition in Revision History",
  find(examined) {
    const seen = new Set<string>();
    const again = revisionsOf(trackingOf(examined)).find(
      ({ number }) => seen.has(number) || !seen.add(number),
    );
    return again && { path: again.path, reason: `there are two revisions ${again.number}` };
  },
};

const mixedVersioning: CsafTest = {
  id: "6.1.30",
  title: "Mixed Integer and Semantic Versioning",
  find(examined) {
    const { isSemantic } = documentVersion(trackingOf(examined).version);
    const other = revisionsOf(trackingOf(examined)).find(({ version }) => version.isSemantic !== isSemantic);
    return other && { path: HISTORY, reason: "integer and semantic versions are mixed" };
  },
};

export const trackingTests: readonly CsafTest[] = [
  unsorted,
  notLatest,
  undeclaredDraft,
  releasedZero,
  preReleaseRevision,
  releasedPreRelease,
  missingRevision,
  repeatedRevision,
  mixedVersioning,
];
