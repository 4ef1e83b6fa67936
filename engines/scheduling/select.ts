// SPDX-License-Identifier: Apache-2.0
/** Which images a schedule's run looks at (`Schedule.spec.selection`). */
import { byText } from "#lib/compare.ts";
import type { ImageDigest } from "#lib/digest.ts";
import { anyOf } from "#engines/evaluation/index.ts";
import { schedulingErrors } from "./errors.ts";

const DAY_MS = 86_400_000;

/** A scope other than `all-images` needs its own list; the other lists given narrow further (AND). */
export interface Selection {
  readonly scope: "all-images" | "namespaces" | "repositories" | "labels";
  /** Globs. */
  readonly namespaces?: readonly string[] | undefined;
  /** Globs over `registry/path`. */
  readonly repositories?: readonly string[] | undefined;
  /** All must be there with that value. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly onlyIf?: { readonly lastReportOlderThanDays?: number | undefined } | undefined;
}

/** An image as the catalog knows it. */
export interface KnownImage {
  readonly digest: ImageDigest;
  readonly namespaces: readonly string[];
  readonly repositories: readonly string[];
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds; absent: never reported. */
  readonly lastReportAt?: number | undefined;
}

/** Longest without a report first, never reported before all, ties by digest. @throws SELECTION_INVALID */
export function select(
  selection: Selection,
  images: Iterable<KnownImage>,
  now: number,
): readonly ImageDigest[] {
  const wanted = compile(selection, now);
  const chosen = new Map<ImageDigest, KnownImage>();
  for (const image of images) if (wanted(image)) chosen.set(image.digest, image);
  return [...chosen.values()]
    .sort((a, b) => (a.lastReportAt ?? -1) - (b.lastReportAt ?? -1) || byText(a.digest, b.digest))
    .map(({ digest }) => digest);
}

function compile(selection: Selection, now: number): (image: KnownImage) => boolean {
  const { scope, namespaces, repositories, onlyIf } = selection;
  const labels = Object.entries(selection.labels ?? {});
  if (scope !== "all-images") needField(scope, scope === "labels" ? labels : (selection[scope] ?? []));
  const inNamespace = listed(namespaces);
  const inRepo = listed(repositories);
  const days = onlyIf?.lastReportOlderThanDays;
  if (days !== undefined && !(days >= 0)) {
    throw invalid("onlyIf.lastReportOlderThanDays", "must be 0 or more");
  }
  const before = days === undefined ? Number.POSITIVE_INFINITY : now - days * DAY_MS;
  return (image) =>
    (inNamespace === undefined || image.namespaces.some(inNamespace)) &&
    (inRepo === undefined || image.repositories.some(inRepo)) &&
    labels.every(([key, value]) => image.labels?.[key] === value) &&
    (image.lastReportAt ?? -1) < before;
}

/** An empty list narrows nothing, as an absent one does. */
function listed(patterns: readonly string[] | undefined): ((text: string) => boolean) | undefined {
  return patterns === undefined || patterns.length === 0 ? undefined : anyOf(patterns);
}

function needField(scope: string, given: readonly unknown[]): void {
  if (given.length === 0) throw invalid(scope, `scope "${scope}" needs ${scope} that name something`);
}

function invalid(field: string, reason: string): Error {
  return schedulingErrors.make("SELECTION_INVALID", `selection.${field}: ${reason}`, {
    data: { field: `selection.${field}`, reason },
  });
}
