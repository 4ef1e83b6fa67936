// SPDX-License-Identifier: Apache-2.0
/** Version orders against the tables of osv-scalibr (origin: testdata/README.md) and against other implementations. */
import { readFileSync } from "node:fs";
import { compare as pep440Compare, valid as pep440Valid } from "@renovatebot/pep440";
import fc from "fast-check";
import semver from "semver";
import { describe, expect, it } from "vitest";
import { compareVersions, versionErrors } from "#lib/versions/index.ts";

const SIGNS = { "<": -1, "=": 0, ">": 1 } as const;

interface Row {
  readonly line: number;
  readonly a: string;
  readonly sign: keyof typeof SIGNS;
  readonly b: string;
}

function rows(table: string): readonly Row[] {
  const text = readFileSync(new URL(`testdata/${table}-versions.txt`, import.meta.url), "utf8");
  return text.split("\n").flatMap((row, index) => {
    const found = /^(\S+) ([<=>]) (\S+)$/.exec(row.trim());
    if (found === null) return [];
    return [{ line: index + 1, a: found[1]!, sign: found[2] as Row["sign"], b: found[3]! }];
  });
}

/** Rows whose order is not as the table says, and rows that hold a text which is no version. */
function differences(
  ecosystem: string,
  table: string,
): { readonly wrong: string[]; readonly refused: string[] } {
  const wrong: string[] = [];
  const refused: string[] = [];
  for (const row of rows(table)) {
    try {
      const got = Math.sign(compareVersions(ecosystem, row.a, row.b));
      const back = Math.sign(compareVersions(ecosystem, row.b, row.a));
      if (got !== SIGNS[row.sign] || got + back !== 0)
        wrong.push(`${row.line}: ${row.a} ${row.sign} ${row.b}`);
    } catch (error) {
      if (!versionErrors.is(error, "VERSION_INVALID")) throw error;
      refused.push(`${row.a} ${row.sign} ${row.b}`);
    }
  }
  return { wrong, refused };
}

/** Rows with a text outside apk's grammar; apk orders such texts differently from release to release. */
const APK_INVALID = [
  "1-r = 1-r0",
  "1-r-0 < 1-r0",
  "1-r-1 < 1-r0",
  "0.r1 < 0r2",
  "0..1..0 < 0..1..1",
  "0...1...0 < 0...1...1",
  "0...1...0.r1 < 0...1...0.r2",
  "0...1...0r1 < 0...1...0r2",
  "0..8 = 0..8",
  "0..8 > 0...8",
  "0.8.21.r2 > 0.8.21.r1",
  "10.2.24.r0 > 10.2.22.r0",
  "0.8.21.r2 < 0.8.21r2",
  "1.2.0A < 1.2.0d",
  "1.2.0D < 1.2.0d",
  "6.6.2p1 = 6.6.2p1",
  "6.6.2p1 > 6.6.2_p1",
  "6.6.2p1 > 6.6.2_p2",
  "6.6.2p1 < 6.6.2p2",
  "1-r2 > 1-r-1",
  "1 > 1-ruff",
  "1-r0-1 = 1-r-2",
  "1-r0-1 = 1-r0-2",
  "1-ruff2 = 1-ruff1",
  "1-ruff2 = 1--ruff1",
  "1-r0-ruff2 = 1-r0-ruff1",
  "1.2 > 1.2_blah",
  "1.2_svn1 > 1.2_csv2",
  "1.2_cvs1 > 1.2_blah",
  ".1 < 1",
  "1 > .1",
  ".2 > .1",
  "a < b",
  "c > b",
  "c = c",
  "23_foo > 4_beta",
  "1.0 < 1.0bc",
];

/** Rows with letters outside ASCII, which no rpm has in its version: rpm-version(7), "Syntax". */
const RPM_INVALID = [
  "1.1.α = 1.1.α",
  "1.1.α = 1.1.β",
  "1.1.β = 1.1.α",
  "1.1.αα = 1.1.α",
  "1.1.α = 1.1.ββ",
  "1.1.ββ = 1.1.αα",
  "1.1.a < 1.2.ββ",
  "1.1.a < 0:1.2.ββ",
  "1.1.α < 1.1.a",
];

describe("tables", () => {
  it("deb: every row", () => {
    expect(rows("debian").length).toBeGreaterThan(25);
    expect(differences("deb", "debian")).toEqual({ wrong: [], refused: [] });
  });

  it.each(["npm", "cargo", "golang"])("%s: every row", (ecosystem) => {
    expect(rows("semver").length).toBeGreaterThan(80);
    expect(differences(ecosystem, "semver")).toEqual({ wrong: [], refused: [] });
  });

  it("rpm: every row but those that rpm calls invalid", () => {
    expect(rows("redhat").length).toBeGreaterThan(150);
    expect(differences("rpm", "redhat")).toEqual({ wrong: [], refused: RPM_INVALID });
  });

  it("pypi: every row", () => {
    expect(rows("pypi").length).toBeGreaterThan(35);
    expect(differences("pypi", "pypi")).toEqual({ wrong: [], refused: [] });
  });

  it("apk: every row but those whose texts apk calls invalid", () => {
    expect(rows("alpine").length).toBeGreaterThan(700);
    expect(differences("apk", "alpine")).toEqual({ wrong: [], refused: APK_INVALID });
  });
});

describe("other implementations", () => {
  const numeric = fc.integer({ min: 0, max: 30 }).map(String);
  const dotted = fc.array(numeric, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("."));

  it("npm: as the package semver orders", () => {
    const identifier = fc.oneof(numeric, fc.constantFrom("alpha", "beta", "rc", "x-1"));
    const version = fc
      .tuple(numeric, numeric, numeric, fc.array(identifier, { maxLength: 3 }), fc.boolean())
      .map(
        ([major, minor, patch, pre, build]) =>
          `${major}.${minor}.${patch}${pre.length > 0 ? `-${pre.join(".")}` : ""}${build ? "+b.1" : ""}`,
      );
    fc.assert(
      fc.property(
        version,
        version,
        (a, b) => Math.sign(compareVersions("npm", a, b)) === semver.compare(a, b),
      ),
    );
  });

  it("pypi: as the package @renovatebot/pep440 orders", () => {
    const version = fc
      .tuple(
        fc.constantFrom("", "", "1!"),
        dotted,
        fc.constantFrom("", "a1", "b2", "rc1", ".alpha.3", "-preview"),
        fc.constantFrom("", ".post1", "-2", "rev3"),
        fc.constantFrom("", ".dev1", "dev"),
        fc.constantFrom("", "+local.1", "+2", "+abc"),
      )
      .map((parts) => parts.join(""))
      .filter((text) => pep440Valid(text) !== null);
    fc.assert(
      fc.property(
        version,
        version,
        (a, b) => Math.sign(compareVersions("pypi", a, b)) === Math.sign(pep440Compare(a, b)),
      ),
    );
  });
});
