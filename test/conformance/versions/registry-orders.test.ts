// SPDX-License-Identifier: Apache-2.0
/**
 * Maven's, NuGet's, RubyGems' and Composer's orders against the tables of osv-scalibr (origin: testdata/README.md) and against
 * what RubyGems and Composer say themselves: `gem-version` and `composer-semver` hold their answers for made-up versions.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { composerOrder } from "#lib/versions/composer.ts";
import { mavenOrder } from "#lib/versions/maven.ts";
import { nugetOrder } from "#lib/versions/nuget.ts";
import { versionErrors, type VersionOrder } from "#lib/versions/order.ts";
import { rubygemsOrder } from "#lib/versions/rubygems.ts";

const SIGNS = { "<": -1, "=": 0, ">": 1 } as const;

/** Rows that the order sees otherwise or refuses. */
function differences<Parsed>(order: VersionOrder<Parsed>, table: string): { rows: number; other: string[] } {
  const text = readFileSync(new URL(`testdata/${table}-versions.txt`, import.meta.url), "utf8");
  const rows = text.split("\n").flatMap((row) => {
    const [, a, sign, b] = /^(\S+) ([<=>]) (\S+)$/.exec(row.trim()) ?? [];
    return a === undefined || b === undefined ? [] : [{ row, a, sign: sign as keyof typeof SIGNS, b }];
  });
  const other = rows.filter(({ a, sign, b }) => {
    try {
      const got = Math.sign(order.compare(order.parse(a), order.parse(b)));
      return got !== SIGNS[sign] || got + Math.sign(order.compare(order.parse(b), order.parse(a))) !== 0;
    } catch (error) {
      if (versionErrors.is(error, "VERSION_INVALID")) return true;
      throw error;
    }
  });
  return { rows: rows.length, other: other.map(({ row }) => row) };
}

/** The first is PHP's order of plain texts, which Composer's normal form changes; the rest no registry takes. */
const NOT_COMPOSER = [
  "1.0.0 > 1.0",
  "1.2.3.# = 1.2.3",
  "1.2.3.# = 1.2.3.#",
  "1.2.3.# = 1.2.3.1",
  "1.2.3.#.1 > 1.2.3",
  "1.2.3.#.p3 > 1.2.3",
  "1.2.3.#.beta < 1.2.3",
];

describe("registries' orders", () => {
  it("maven: every row of the table", () => {
    expect(differences(mavenOrder, "maven")).toEqual({ rows: 102, other: [] });
  });

  it("nuget: every row of the table", () => {
    expect(differences(nugetOrder, "nuget")).toEqual({ rows: 35, other: [] });
  });

  it("gem: every row of the table", () => {
    expect(differences(rubygemsOrder, "rubygems")).toEqual({ rows: 25, other: [] });
  });

  it("composer: every row of the table but those that are not Composer's", () => {
    expect(differences(composerOrder, "packagist")).toEqual({ rows: 95, other: NOT_COMPOSER });
  });

  it("gem: as RubyGems orders", () => {
    const { rows, other } = differences(rubygemsOrder, "gem-version");
    expect(rows).toBeGreaterThan(390);
    expect(other).toEqual([]);
  });

  it("composer: as Composer orders", () => {
    const { rows, other } = differences(composerOrder, "composer-semver");
    expect(rows).toBeGreaterThan(390);
    expect(other).toEqual([]);
  });
});
