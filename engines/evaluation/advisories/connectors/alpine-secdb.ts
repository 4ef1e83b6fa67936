// SPDX-License-Identifier: Apache-2.0
/**
 * Alpine's security database, one JSON per release and repository (secdb.alpinelinux.org): fixed versions by source
 * package. A fix in version "0" says that Alpine never shipped the flaw: nothing to match, so nothing is kept.
 */
import { z } from "zod";
import { versionOrder } from "#lib/versions/index.ts";
import type { Advisory } from "../../types.ts";
import { alpineRelease } from "../distros.ts";
import { isCve } from "../identity.ts";
import { faultOf } from "../ranges.ts";
import type { Connector } from "../types.ts";
import { idText, isObject, jsonPath, list, nameText, readShape } from "./shape.ts";

const secdbShape = z.object({
  distroversion: z.string().regex(/^(v\d+\.\d+|edge)$/, "not a release of Alpine"),
  reponame: z.string().max(64),
  packages: list(z.unknown(), 100_000),
});

const packageShape = z.object({
  pkg: z.object({
    name: nameText,
    secfixes: z.record(z.string().max(256), z.array(z.string().max(4096)).max(10_000).nullable()),
  }),
});

const NOT_AFFECTED = "0";

export const alpineSecdb: Connector = {
  id: "alpine/secdb",
  recognizes: ({ value }) => isObject(value) && "distroversion" in value && "packages" in value,
  normalize(document, reject) {
    const file = readShape(secdbShape, document);
    const distro = alpineRelease(file.distroversion);
    const advisories: Advisory[] = [];
    let skipped = 0;
    for (const [index, entry] of file.packages.entries()) {
      const read = packageShape.safeParse(entry);
      if (!read.success) {
        const issue = read.error.issues[0];
        reject(
          jsonPath(["packages", index, ...(issue?.path ?? [])]),
          issue?.message ?? "it has another form",
        );
        continue;
      }
      const found = readPackage(read.data.pkg, distro, (path, reason) =>
        reject(jsonPath(["packages", index, "pkg", ...path]), reason),
      );
      advisories.push(...found.advisories);
      skipped += found.skipped;
    }
    return { advisories, skipped, covers: [distro] };
  },
};

function readPackage(
  pkg: z.output<typeof packageShape>["pkg"],
  distro: string,
  reject: (path: readonly PropertyKey[], reason: string) => void,
): { advisories: readonly Advisory[]; skipped: number } {
  const advisories: Advisory[] = [];
  let skipped = 0;
  for (const [fixed, texts] of Object.entries(pkg.secfixes)) {
    if (fixed === NOT_AFFECTED) {
      skipped += texts?.length ?? 0;
      continue;
    }
    const fault = faultOf(apk(), { introduced: "0", fixed });
    if (fault !== undefined) {
      reject(["secfixes", fixed], fault);
      continue;
    }
    for (const [index, text] of (texts ?? []).entries()) {
      const named = namedIds(text);
      if (named.length === 0) reject(["secfixes", fixed, index], "it names no advisory");
      for (const { id, aliases } of named)
        advisories.push(advisory(id, aliases, { distro, name: pkg.name, fixed }));
    }
  }
  return { advisories, skipped };
}

function apk(): NonNullable<ReturnType<typeof versionOrder>> {
  const order = versionOrder("apk");
  if (order === undefined) throw new Error("the order of apk is missing");
  return order;
}

/**
 * Ids in one text, e.g. `CVE-2017-2620 XSA-209 (+ regression)`. With one CVE the other ids are its aliases; with
 * several no alias can be told apart; with none each id stands for itself.
 */
function namedIds(text: string): readonly { id: string; aliases: readonly string[] }[] {
  const ids = [...new Set(text.split(/[\s,;]+/).map((word) => word.replace(/^\(|[).]+$/g, "")))].filter(
    (word) => /^[A-Z][A-Z0-9]*-[\w.:-]*\d/i.test(word) && idText.safeParse(word).success,
  );
  const cves = ids.filter(isCve);
  const [only] = cves;
  if (cves.length === 1 && only !== undefined)
    return [{ id: only, aliases: ids.filter((id) => id !== only).sort() }];
  return (cves.length > 0 ? cves : ids).map((id) => ({ id, aliases: [] }));
}

function advisory(
  id: string,
  aliases: readonly string[],
  fix: { readonly distro: string; readonly name: string; readonly fixed: string },
): Advisory {
  return {
    id,
    aliases,
    source: "alpine/secdb",
    severity: "unknown",
    cvss: [],
    references: [],
    affected: [
      {
        ecosystem: "apk",
        distro: fix.distro,
        name: fix.name,
        ranges: [{ introduced: "0", fixed: fix.fixed }],
      },
    ],
  };
}
