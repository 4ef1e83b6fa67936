// SPDX-License-Identifier: Apache-2.0
/** Licences as SPDX and as distributions write them, and what can't be avoided of them. */
import fc from "fast-check";
import parse from "spdx-expression-parse";
import { describe, expect, it } from "vitest";
import { licenseText, readLicense, readLicenses, unavoidable, type License } from "./license-expression.ts";

describe("reads", () => {
  it.each([
    ["", "NOASSERTION"],
    ["MIT", "MIT"],
    ["GPL-2.0+", "GPL-2.0+"],
    ["MIT AND ISC OR Zlib", "(MIT AND ISC) OR Zlib"],
    ["MIT AND (ISC OR Zlib)", "MIT AND (ISC OR Zlib)"],
    ["((MIT))", "MIT"],
    ["GPL-2.0-only WITH Classpath-exception-2.0 OR MIT", "GPL-2.0-only WITH Classpath-exception-2.0 OR MIT"],
    // debian/copyright
    ["GPL-2+ or AFL-2.1, and Expat and Tcl-BSDish", "(GPL-2+ OR AFL-2.1) AND (Expat AND Tcl-BSDish)"],
    ["REGCOMP, and GPL-1+ or Artistic", "REGCOMP AND (GPL-1+ OR Artistic)"],
    ["GPL-3+ with Autoconf exception", "GPL-3+ WITH Autoconf exception"],
    // Fedora before SPDX
    ["GPLv2+ and (ASL 2.0 or MIT)", "GPLv2+ AND (ASL 2.0 OR MIT)"],
    ["Public Domain and BSD", "Public Domain AND BSD"],
  ])("%s", (text, want) => {
    expect(licenseText(readLicense(text))).toBe(want);
  });

  it.each([
    ["prose", "GNU General Public License v2 or later"],
    ["a choice of times", "GPLv2 or later"],
    ["a name with an operator in it", "Common Development and Distribution License"],
    ["prose with brackets", "GNU GPL version 3 (or any later version)"],
    ["a sentence", "you may use and change and sell this program for money or for free"],
    ["a comma that joins nothing", "Apache License, Version 2.0"],
    ["an open bracket", "(MIT OR ISC"],
    ["a closed bracket", "MIT) OR (ISC"],
    ["an operator without operand", "MIT OR"],
    ["nothing in brackets", "MIT AND ()"],
    ["an exception to a choice", "(MIT OR ISC) WITH x"],
    ["brackets without end", `${"(".repeat(100)}MIT${")".repeat(100)}`],
    ["more than anybody writes", Array(300).fill("MIT").join(" AND ")],
  ])("%s as one name", (_, text) => {
    expect(readLicense(text)).toEqual({ name: text });
  });

  it("an SPDX expression as another reader does", () => {
    const id = fc.constantFrom(
      "MIT",
      "GPL-2.0+",
      "GPL-2.0-only WITH Classpath-exception-2.0",
      "DocumentRef-a:LicenseRef-b",
    );
    const { expression } = fc.letrec<{ expression: string }>((tie) => {
      const operand = fc
        .tuple(tie("expression"), fc.boolean())
        .map(([text, isInBrackets]) => (isInBrackets ? `(${text})` : text));
      const joined = fc.tuple(operand, fc.constantFrom("AND", "OR"), operand).map((parts) => parts.join(" "));
      return { expression: fc.oneof({ maxDepth: 5 }, id, joined) };
    });
    fc.assert(
      fc.property(expression, (text) => {
        expect(licenseText(flat(readLicense(text)))).toBe(licenseText(flat(licenseOf(parse(text)))));
      }),
    );
  });

  it("any text, and a text of its own again", () => {
    const words = fc.constantFrom("MIT", "and", "OR", "with", "(", ")", ",", "GPL-2+", "later");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((parts) => parts.join(" ")),
        ),
        (text) => {
          const made = licenseText(readLicense(text));
          expect(licenseText(readLicense(made))).toBe(made);
        },
      ),
    );
  });
});

describe("what can't be avoided", () => {
  const gpl = (name: string): boolean => name.startsWith("GPL");
  const notMit = (name: string): boolean => name !== "MIT";

  it.each([
    ["MIT", [], []],
    ["GPL-3.0-only", ["GPL-3.0-only"], ["GPL-3.0-only"]],
    ["MIT OR GPL-3.0-only", [], []],
    ["MIT AND GPL-3.0-only", ["GPL-3.0-only"], ["GPL-3.0-only"]],
    ["(MIT AND GPL-3.0-only) OR Zlib", [], ["GPL-3.0-only", "Zlib"]],
    [
      "(MIT AND GPL-3.0-only) OR GPL-2.0-only",
      ["GPL-3.0-only", "GPL-2.0-only"],
      ["GPL-3.0-only", "GPL-2.0-only"],
    ],
    ["", [], ["NOASSERTION"]],
  ])("of %s", (text, listed, unlisted) => {
    expect(unavoidable(readLicense(text), gpl)).toEqual(listed);
    expect(unavoidable(readLicense(text), notMit)).toEqual(unlisted);
  });

  it("of a list, which is a choice in some ecosystems", () => {
    expect(unavoidable(readLicenses(["GPL-2.0", "MIT"], false), gpl)).toEqual(["GPL-2.0"]);
    expect(unavoidable(readLicenses(["GPL-2.0", "MIT"], true), gpl)).toEqual([]);
    expect(unavoidable(readLicenses([" ", ""], true), notMit)).toEqual(["NOASSERTION"]);
  });

  it("is what no way of reading an expression out leaves out", () => {
    const name = fc.constantFrom("MIT", "ISC", "GPL-2.0", "GPL-3.0");
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 4 },
        name,
        fc
          .tuple(tie("expression"), fc.constantFrom("AND", "OR"), tie("expression"))
          .map(([a, op, b]) => `(${a}) ${op} (${b})`),
      ),
    }));
    fc.assert(
      fc.property(expression, (text) => {
        const license = readLicense(text);
        const everyWay = ways(license).every((names) => names.some(gpl));
        expect(unavoidable(license, gpl).length > 0).toBe(everyWay);
      }),
    );
  });
});

/** Each way to use the package: the licences that it means to accept. */
function ways(license: License): readonly (readonly string[])[] {
  if ("name" in license) return [[license.name]];
  if ("any" in license) return license.any.flatMap(ways);
  return license.all
    .map(ways)
    .reduce<readonly (readonly string[])[]>(
      (before, each) => before.flatMap((left) => each.map((right) => [...left, ...right])),
      [[]],
    );
}

/** The tree of the other reader, which has two branches at most. */
function licenseOf(info: parse.Info): License {
  if ("conjunction" in info) {
    const parts = [licenseOf(info.left), licenseOf(info.right)];
    return info.conjunction === "and" ? { all: parts } : { any: parts };
  }
  const { license, plus, exception } = info;
  return {
    name: `${license}${plus === true ? "+" : ""}${exception === undefined ? "" : ` WITH ${exception}`}`,
  };
}

/** Without an AND right in an AND, or an OR in an OR. */
function flat(license: License): License {
  if ("name" in license) return license;
  if ("all" in license)
    return { all: license.all.map(flat).flatMap((one) => ("all" in one ? one.all : [one])) };
  return { any: license.any.map(flat).flatMap((one) => ("any" in one ? one.any : [one])) };
}
