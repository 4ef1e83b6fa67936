// SPDX-License-Identifier: Apache-2.0
/** Imports of what changed give what importing everything gives, whatever changed and in which packing. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConnectorId } from "./connector-ids.ts";
import { isUnder } from "./document-names.ts";
import { importSource } from "./import-source.ts";
import { mergeRecords } from "./merge-records.ts";
import { decodeParts, decodeStamps, encodeParts } from "./parts.ts";
import { zipOf } from "./testing/archives.ts";
import { memoryFeed } from "./testing/sbom.ts";
import type { DocumentPart, FeedDocument, FeedReader, ImportResult, PresentDocument } from "./types.ts";

type Files = Readonly<Record<string, string>>;

const record = (id: string, fixed: string, ecosystem = "npm", more: object = {}): string =>
  JSON.stringify({
    id,
    modified: `2024-01-01T00:00:${fixed.padStart(2, "0")}Z`,
    affected: [
      {
        package: { ecosystem, name: "x" },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed }] }],
      },
    ],
    ...more,
  });

/** A feed that gives some documents of a place, and knows what else there is. */
function changes(given: Files, present: readonly (string | PresentDocument)[]): FeedReader {
  return {
    ...memoryFeed(given),
    inventory: () =>
      Promise.resolve({ present: present.map((one) => (typeof one === "string" ? { name: one } : one)) }),
  };
}
const read = (
  feed: FeedReader,
  base?: readonly DocumentPart[],
  connector?: ConnectorId,
): Promise<ImportResult> =>
  importSource({
    name: "s",
    feed,
    ...(base === undefined ? {} : { base }),
    ...(connector === undefined ? {} : { connector }),
  });
/** As whoever keeps them gets them back. */
const kept = ({ parts = [], export: made }: ImportResult): readonly DocumentPart[] =>
  decodeParts(encodeParts(parts, made.exportDigest), made);
const full = (files: Files): Promise<ImportResult> => read(changes(files, Object.keys(files)));
const ids = ({ export: { advisories } }: ImportResult): readonly string[] => advisories.map(({ id }) => id);

describe("an import on a base", () => {
  it.each<{ name: string; before: Files; given: Files; present: readonly string[]; want: readonly string[] }>(
    [
      {
        name: "takes what did not change from the base",
        before: { "a.json": record("A", "1"), "b.json": record("B", "1") },
        given: {},
        present: ["a.json", "b.json"],
        want: ["A", "B"],
      },
      {
        name: "takes a changed document anew, whatever id it has now",
        before: { "a.json": record("A", "1"), "b.json": record("B", "1") },
        given: { "a.json": record("C", "2") },
        present: ["a.json", "b.json"],
        want: ["B", "C"],
      },
      {
        name: "drops what is no longer listed",
        before: { "a.json": record("A", "1"), "b.json": record("B", "1") },
        given: {},
        present: ["b.json"],
        want: ["B"],
      },
      {
        name: "does not take what is read and not listed",
        before: {},
        given: { "a.json": record("A", "1"), "b.json": record("B", "1") },
        present: ["a.json"],
        want: ["A"],
      },
      {
        name: "keeps all lines of a file that is listed",
        before: { "a.jsonl": `${record("A", "1")}\n${record("B", "1")}`, "c.json": record("C", "1") },
        given: { "c.json": record("D", "1") },
        present: ["a.jsonl", "c.json"],
        want: ["A", "B", "D"],
      },
      {
        name: "drops the lines that a file no longer has",
        before: { "a.jsonl": `${record("A", "1")}\n${record("B", "1")}` },
        given: { "a.jsonl": record("C", "1") },
        present: ["a.jsonl"],
        want: ["C"],
      },
      {
        name: "drops a changed document that cannot be read any more",
        before: { "a.json": record("A", "1"), "b.json": record("B", "1") },
        given: { "a.json": "{" },
        present: ["a.json", "b.json"],
        want: ["B"],
      },
    ],
  )("$name", async ({ before, given, present, want }) => {
    const base = kept(await full(before));
    expect(ids(await read(changes(given, present), base))).toEqual(want);
  });

  it("lets go of one document's part of a record that several gave", async () => {
    const files = { "a.json": record("A", "1", "npm"), "b.json": record("A", "2", "PyPI") };
    const base = kept(await full(files));
    const after = await read(changes({}, ["b.json"]), base);
    expect(after.export).toEqual((await full({ "b.json": files["b.json"] })).export);
  });

  it("is not read where the feed gives all that there is", async () => {
    const base = kept(await full({ "a.json": record("A", "1") }));
    const after = await read(memoryFeed({ "b.json": record("B", "1") }), base);
    expect([ids(after), after.parts]).toEqual([["B"], undefined]);
  });

  it("counts what the base could not read, and names it first", async () => {
    const base = kept(await full({ "a.json": "{", "b.json": record("B", "1") }));
    const { rejected, rejectedCount } = await read(
      changes({ "c.json": "[" }, ["a.json", "b.json", "c.json"]),
      base,
    );
    expect([rejected.map(({ document }) => document), rejectedCount]).toEqual([["a.json", "c.json"], 2]);
  });

  it("takes KEV, EPSS and coverage along", async () => {
    const files = {
      "epss.csv": "cve,epss,percentile\nCVE-2020-0001,0.5,0.1\n",
      "kev.json": JSON.stringify({
        catalogVersion: "1",
        vulnerabilities: [{ cveID: "CVE-2020-0002", dateAdded: "2020-01-01" }],
      }),
      "a.json": record("A", "1", "Debian:12"),
    };
    const before = await full(files);
    expect(before.records).toBe(3);
    const after = await read(
      changes({ "b.json": record("B", "1") }, [...Object.keys(files), "b.json"]),
      kept(before),
    );
    expect(after.export).toEqual((await full({ ...files, "b.json": record("B", "1") })).export);
  });
});

describe("archives", () => {
  const zip = (files: Files, root?: string): FeedReader => ({
    async *documents(): AsyncGenerator<FeedDocument> {
      for await (const document of memoryFeed({ "npm/all.zip": zipOf(files) }).documents())
        yield { ...document, ...(root === undefined ? {} : { root }) };
    },
    inventory: () =>
      Promise.resolve({ present: Object.keys(files).map((name) => ({ name: `npm/${name}` })) }),
  });

  it("that stand for a folder give their files the folder's names, which single documents then replace", async () => {
    const before = await read(zip({ "A.json": record("A", "1"), "B.json": record("B", "1") }, "npm"));
    expect(before.parts?.map(({ name }) => name)).toEqual(["npm/A.json", "npm/B.json"]);
    const changed = { "npm/A.json": record("A", "2") };
    const after = await read(changes(changed, ["npm/A.json", "npm/B.json"]), kept(before));
    const whole = await read(zip({ "A.json": record("A", "2"), "B.json": record("B", "1") }, "npm"));
    expect(after.export).toEqual(whole.export);
  });
});

describe("marks", () => {
  it("are the place's, else the document's own time, else those of the base", async () => {
    const before = await read(
      changes(
        { "a.json": record("A", "1"), "b.json": record("B", "2"), "c.json": '{"id":"C","modified":"m"}' },
        [{ name: "a.json", stamp: "mark" }, { name: "b.json" }, { name: "c.json" }],
      ),
    );
    const stampsOf = ({ parts = [], export: made }: ImportResult): object =>
      Object.fromEntries(decodeStamps(encodeParts(parts, made.exportDigest), made.exportDigest));
    const want = { "a.json": "mark", "b.json": "2024-01-01T00:00:02Z", "c.json": "m" };
    expect(stampsOf(before)).toEqual(want);
    const after = await read(
      changes({}, ["a.json", "b.json", { name: "c.json", stamp: "new" }]),
      kept(before),
    );
    expect(stampsOf(after)).toEqual({ ...want, "c.json": "new" });
  });
});

describe("parts as bytes", () => {
  it("are refused when altered, cut or another export's", async () => {
    const a = await full({ "a.json": record("A", "1") });
    const b = await full({ "a.json": record("A", "2") });
    const bytes = encodeParts(a.parts ?? [], a.export.exportDigest);
    const wrong = Buffer.from(bytes);
    wrong[wrong.length - 6] = (wrong[wrong.length - 6] ?? 0) ^ 1;
    const refused = expect.objectContaining({ code: "EXPORT_CORRUPT" }) as Error;
    for (const each of [wrong, bytes.subarray(0, 20), Buffer.from("x")]) {
      expect(() => decodeParts(each, a.export)).toThrow(refused);
    }
    expect(() => decodeParts(bytes, b.export)).toThrow(refused);
    expect(() => decodeStamps(bytes, b.export.exportDigest)).toThrow(refused);
  });
});

it("names under hostile holders are told in bounded time", () => {
  expect(isUnder(`${"/".repeat(1_000_000)}x`, new Set(["y"]))).toBe(false);
});

/** Documents of all kinds: several ids in one, one id in several, withdrawn, unreadable. */
const content = fc.oneof(
  fc.constant("{"),
  fc
    .array(
      fc.record({
        id: fc.constantFrom("A", "B", "C", "D"),
        fixed: fc.constantFrom("1", "2", "3"),
        ecosystem: fc.constantFrom("npm", "PyPI", "Debian:12", "unheard of"),
        more: fc.constantFrom(
          {},
          { withdrawn: "2024-02-02T00:00:00Z" },
          { aliases: ["CVE-2024-0001"] },
          { summary: "s" },
        ),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((all) => all.map(({ id, fixed, ecosystem, more }) => record(id, fixed, ecosystem, more)).join("\n")),
);
const place = fc.dictionary(
  fc.constantFrom("a.jsonl", "b.jsonl", "c.jsonl", "x/d.jsonl", "x/e.jsonl"),
  content,
);

it("any chain of changes gives the export of its last state", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(place, { minLength: 1, maxLength: 4 }), async (states) => {
      let before: Files = {};
      let base: readonly DocumentPart[] = [];
      for (const state of states) {
        const changed = Object.fromEntries(
          Object.entries(state).filter(([name, text]) => before[name] !== text),
        );
        const result = await read(changes(changed, Object.keys(state)), base);
        const whole = await full(state);
        expect(result.export.exportDigest).toBe(whole.export.exportDigest);
        expect([result.rejectedCount, result.skipped]).toEqual([whole.rejectedCount, whole.skipped]);
        before = state;
        base = kept(result);
      }
    }),
    { numRuns: 100 },
  );
});

it("records may be merged in any grouping", async () => {
  await fc.assert(
    fc.asyncProperty(content, content, content, async (a, b, c) => {
      const [x, y, z] = await Promise.all(
        [a, b, c].map(
          async (text) => (await full({ "a.jsonl": text })).parts?.flatMap((part) => part.advisories) ?? [],
        ),
      );
      const all = mergeRecords([...x!, ...y!, ...z!]);
      expect(mergeRecords([...mergeRecords([...z!, ...y!]), ...mergeRecords(x!)])).toEqual(all);
      expect(mergeRecords(all)).toEqual(all);
    }),
    { numRuns: 100 },
  );
});
