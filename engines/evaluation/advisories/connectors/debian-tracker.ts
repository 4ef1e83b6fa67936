// SPDX-License-Identifier: Apache-2.0
/**
 * The Debian security tracker's JSON (security-tracker.debian.org/tracker/data/json): source package -> id ->
 * release -> status. Open flaws have no fix; `nodsa` says why Debian leaves one so, `urgency` how bad it finds it.
 */
import { z } from "zod";
import { versionOrder } from "#lib/versions/index.ts";
import type { Advisory, AffectedPackage, Severity, VersionRange } from "../../types.ts";
import { debianRelease } from "../distros.ts";
import { documentInvalid } from "../errors.ts";
import { faultOf } from "../ranges.ts";
import { severityOfWord } from "../severity-words.ts";
import type { Connector } from "../types.ts";
import { idText, isObject, jsonPath, nameText } from "./shape.ts";

const releaseShape = z.object({
  status: z.enum(["open", "resolved", "undetermined"]),
  fixed_version: z.string().max(256).optional(),
  urgency: z.string().max(64).optional(),
  nodsa: z.string().max(1000).optional(),
  nodsa_reason: z.string().max(1000).optional(),
});

const entryShape = z.object({ releases: z.record(z.string().max(64), releaseShape) });

type Release = z.output<typeof releaseShape>;
type Entry = z.output<typeof entryShape>;

const NOT_AFFECTED = "0";
/** The tracker is one document. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;

export const debianTracker: Connector = {
  id: "debian/tracker",
  maxDocumentBytes: MAX_DOCUMENT_BYTES,
  recognizes: ({ value }) => looksLikeTracker(value),
  normalize(document, reject) {
    const { value, name } = document;
    if (!isObject(value))
      throw documentInvalid({ document: name, path: "$", reason: "expected packages by name" });
    const advisories: Advisory[] = [];
    const covers = new Set<string>();
    let skipped = 0;
    for (const [source, entries] of Object.entries(value)) {
      if (!nameText.safeParse(source).success || !isObject(entries)) {
        reject(jsonPath([source]), "expected a package with its vulnerabilities");
        continue;
      }
      for (const [id, entry] of Object.entries(entries)) {
        const read = entryShape.safeParse(entry);
        const fault = read.success ? entryFault(id, read.data) : firstFault(read.error);
        if (!read.success || fault !== undefined) {
          reject(jsonPath([source, id, ...(fault?.path ?? [])]), fault?.reason ?? "it has another form");
          continue;
        }
        const affected = affectedReleases(source, read.data, covers);
        if (affected.length === 0) skipped += 1;
        else advisories.push(advisory(id, affected));
      }
    }
    return { advisories, skipped, covers: [...covers] };
  },
};

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

function firstFault(error: z.ZodError): Fault | undefined {
  const issue = error.issues[0];
  return issue === undefined ? undefined : { path: issue.path, reason: issue.message };
}

function entryFault(id: string, entry: Entry): Fault | undefined {
  if (!idText.safeParse(id).success) return { path: [], reason: "not an id" };
  const order = versionOrder("deb");
  for (const [codename, { fixed_version: fixed }] of Object.entries(entry.releases)) {
    const reason =
      fixed === undefined || order === undefined ? undefined : faultOf(order, { introduced: "0", fixed });
    if (reason !== undefined) return { path: ["releases", codename, "fixed_version"], reason };
  }
  return undefined;
}

/** Releases that the tracker knows and we do not (codenames of the future) are passed over. */
function affectedReleases(source: string, entry: Entry, covers: Set<string>): readonly AffectedPackage[] {
  return Object.entries(entry.releases).flatMap(([codename, release]) => {
    const distro = debianRelease(codename);
    if (distro === undefined) return [];
    covers.add(distro);
    const range = affectedRange(release);
    if (range === undefined) return [];
    const distroStatus = range.fixed === undefined ? statusWithoutFix(release) : undefined;
    const severity = urgencySeverity(release.urgency);
    return [
      {
        ecosystem: "deb",
        distro,
        name: source,
        ranges: [range],
        ...(distroStatus === undefined ? {} : { distroStatus }),
        ...(severity === undefined ? {} : { severity }),
      },
    ];
  });
}

function affectedRange({ status, fixed_version: fixed }: Release): VersionRange | undefined {
  if (status !== "resolved") return { introduced: "0" };
  return fixed === undefined || fixed === NOT_AFFECTED ? undefined : { introduced: "0", fixed };
}

function statusWithoutFix({ status, urgency, nodsa, nodsa_reason: reason }: Release): string | undefined {
  if (status === "undetermined") return "undetermined";
  if (urgency === "end-of-life") return "end_of_life";
  if (urgency === "unimportant") return "unimportant";
  if (nodsa === undefined) return undefined;
  return reason === undefined || reason === "" ? "no-dsa" : reason;
}

/** Stars mark urgencies that the tracker took over from elsewhere. */
function urgencySeverity(urgency: string | undefined): Severity | undefined {
  const severity = severityOfWord((urgency ?? "").replaceAll("*", ""));
  return severity === "unknown" ? undefined : severity;
}

function advisory(id: string, affected: readonly AffectedPackage[]): Advisory {
  return {
    id,
    aliases: [],
    source: "debian/tracker",
    severity: "unknown",
    cvss: [],
    references: [],
    affected,
  };
}

function looksLikeTracker(value: unknown): boolean {
  if (!isObject(value)) return false;
  const first = Object.values(value)[0];
  const entry = isObject(first) ? Object.values(first)[0] : undefined;
  return isObject(entry) && isObject(entry["releases"]);
}
