// SPDX-License-Identifier: Apache-2.0
/** The package-url specification's own suites and type definitions against lib/purl; origin in testdata/README.md. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildPurl, canonicalPurl, parsePurl, type PurlParts } from "#lib/purl/index.ts";

type Loose = { readonly [Key in keyof PurlParts]: PurlParts[Key] | null };
interface Vector {
  readonly description: string;
  readonly test_type: "parse" | "build" | "validate";
  readonly input: string | Loose;
  readonly expected_output: string | Loose | null;
  readonly expected_failure: boolean;
}

const folder = join(import.meta.dirname, "testdata");
const suites = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".json"),
);

/** The suites write null for what is absent. */
function parts(given: Loose): PurlParts {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null),
  ) as unknown as PurlParts;
}

function run({ test_type: type, input }: Vector): string | PurlParts {
  if (type === "build") return buildPurl({ ...{ type: "", name: "" }, ...parts(input as Loose) });
  return type === "parse" ? parsePurl(input as string) : canonicalPurl(input as string);
}

describe.each(suites.sort())("%s", (suite) => {
  const { tests } = JSON.parse(readFileSync(join(folder, suite), "utf8")) as { tests: Vector[] };
  it.each(tests.map((vector) => ({ ...vector, shown: JSON.stringify(vector.input) })))(
    "$test_type $shown",
    (vector) => {
      if (vector.expected_failure) {
        expect(() => run(vector)).toThrow();
        return;
      }
      const want = vector.expected_output;
      expect(run(vector)).toEqual(typeof want === "string" ? want : parts(want as Loose));
    },
  );
});

describe("type definitions", () => {
  const rows = readFileSync(join(folder, "definitions.txt"), "utf8").trimEnd().split("\n");

  it.each(rows)("%s", (row) => {
    const [type = "", namespace, name, version] = row.split(" ");
    const parts = { type, name: "NaMe", version: "V1" };
    expect(parsePurl(buildPurl(parts))).toEqual({
      type,
      name: name === "lower" ? "name" : "NaMe",
      version: version === "lower" ? "v1" : "V1",
    });
    const named = { ...parts, namespace: "SpAce" };
    if (namespace === "none") expect(() => buildPurl(named)).toThrow();
    else expect(parsePurl(buildPurl(named)).namespace).toBe(namespace === "lower" ? "space" : "SpAce");
  });
});
