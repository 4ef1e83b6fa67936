// SPDX-License-Identifier: Apache-2.0
/** What two VEX snapshots say otherwise, found by the rows as they are stored. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson } from "#lib/canonical-json.ts";
import { compileVexSnapshot } from "./compile-snapshot.ts";
import { DecodedRows } from "./decoded-rows.ts";
import { openVexSnapshot } from "./open-snapshot.ts";
import type { VexDocument, VexSnapshot } from "./types.ts";
import { vexDelta } from "./vex-delta.ts";

interface Said {
  readonly name: string;
  readonly alias: string | undefined;
  readonly product: string;
  readonly part: string | undefined;
  readonly status: string;
  readonly why: string | undefined;
  readonly action: string | undefined;
  readonly day: number;
}

const LODASH = "pkg:npm/lodash@4.17.4";
const APP = "pkg:oci/app?repository_url=ghcr.io/acme/app";
const SAID: Said = {
  name: "CVE-2024-1",
  alias: "GHSA-AAAA",
  product: APP,
  part: LODASH,
  status: "not_affected",
  why: "component_not_present",
  action: undefined,
  day: 1,
};

const documentOf = (
  statements: readonly Said[],
  source: string,
  id: string,
  author: string,
): VexDocument => ({
  source,
  name: `${id}.json`,
  bytes: JSON.stringify({
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": `https://acme.example/${id}`,
    author,
    version: 1,
    timestamp: "2024-01-01T00:00:00Z",
    statements: statements.map(({ name, alias, product, part, status, why, action, day }) => ({
      vulnerability: { name, ...(alias === undefined ? {} : { aliases: [alias] }) },
      products: [{ "@id": product, ...(part === undefined ? {} : { subcomponents: [{ "@id": part }] }) }],
      status,
      impact_statement: why,
      action_statement: action,
      timestamp: `2024-01-0${day}T00:00:00Z`,
    })),
  }),
});

const open = (documents: readonly VexDocument[]): VexSnapshot =>
  openVexSnapshot(compileVexSnapshot(documents).bytes);

const purl = fc.constantFrom("pkg:npm/lodash", LODASH, "pkg:golang/stdlib@v1.22.0", APP);
const statement = fc.record<Said>({
  name: fc.constantFrom("CVE-2024-1", "CVE-2024-2"),
  alias: fc.constantFrom(undefined, "GHSA-AAAA"),
  product: purl,
  part: fc.option(purl, { nil: undefined }),
  status: fc.constantFrom("affected", "not_affected", "fixed"),
  why: fc.constantFrom(undefined, "unused", "fixed"),
  action: fc.constantFrom(undefined, "unused", "fixed"),
  day: fc.integer({ min: 1, max: 2 }),
});
const document = fc
  .tuple(
    fc.array(statement, { maxLength: 3 }),
    fc.constantFrom("acme", "other"),
    fc.constantFrom("a", "b"),
    fc.constantFrom("Acme", "Other"),
  )
  .map((parts) => documentOf(...parts));

/** All that is said of a vulnerability, statement by statement. */
function saidOf(snapshot: VexSnapshot, vulnerability: string): string {
  const subjects = [...snapshot.about(vulnerability).values()].flat();
  const statements = subjects.flatMap((subject) => subject.statements());
  return statements
    .map(({ place: _, from: { digest: __, ...from }, ...rest }) => canonicalJson({ ...rest, from }))
    .sort()
    .join("\n");
}

it("names the vulnerabilities of which any statement differs, and no others", () => {
  const documents = fc.array(document, { maxLength: 4 });
  const pair = documents.chain((before) =>
    fc.tuple(
      fc.constant(before),
      fc.oneof(
        documents,
        document.map((one) => [one, ...before]),
        fc.constant(before.slice(1)),
      ),
    ),
  );
  fc.assert(
    fc.property(pair, (both) => {
      const [before, after] = [open(both[0]), open(both[1])];
      const names = [...new Set([...before.vulnerabilities(), ...after.vulnerabilities()])].sort();
      const want = names.filter((name) => saidOf(before, name) !== saidOf(after, name));
      expect(vexDelta(before, after)).toEqual(want);
      expect(vexDelta(after, before)).toEqual(want);
    }),
    { numRuns: 200 },
  );
});

const [ONE, TWO] = [SAID, { ...SAID, name: "CVE-2024-2", alias: undefined }];

it.each<{ name: string; after: VexDocument; want: readonly string[] }>([
  { name: "nothing", after: documentOf([ONE, TWO], "acme", "a", "Acme"), want: [] },
  { name: "the order of statements", after: documentOf([TWO, ONE], "acme", "a", "Acme"), want: [] },
  {
    name: "a status, of all names of its flaw",
    after: documentOf([{ ...ONE, status: "affected" }, TWO], "acme", "a", "Acme"),
    want: ["CVE-2024-1", "GHSA-AAAA"],
  },
  {
    name: "a reason that becomes an action",
    after: documentOf([ONE, { ...TWO, why: undefined, action: TWO.why }], "acme", "a", "Acme"),
    want: ["CVE-2024-2"],
  },
  {
    name: "a part that becomes the product",
    after: documentOf([ONE, { ...TWO, product: LODASH, part: undefined }], "acme", "a", "Acme"),
    want: ["CVE-2024-2"],
  },
  {
    name: "the author",
    after: documentOf([ONE, TWO], "acme", "a", "Other"),
    want: ["CVE-2024-1", "CVE-2024-2", "GHSA-AAAA"],
  },
])("is told of $name", ({ after, want }) => {
  expect(vexDelta(open([documentOf([ONE, TWO], "acme", "a", "Acme")]), open([after]))).toEqual(want);
});

it("decodes no statement", () => {
  const decoded = [new DecodedRows(), new DecodedRows()] as const;
  const opened = (statements: readonly Said[], rows: DecodedRows): VexSnapshot =>
    openVexSnapshot(compileVexSnapshot([documentOf(statements, "acme", "a", "Acme")]).bytes, rows);
  expect(vexDelta(opened([ONE], decoded[0]), opened([ONE, TWO], decoded[1]))).toEqual(["CVE-2024-2"]);
  for (const { about, subjects, groups } of decoded)
    expect([about.size, subjects.size, groups.size]).toEqual([0, 0, 0]);
});
