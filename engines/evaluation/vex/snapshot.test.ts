// SPDX-License-Identifier: Apache-2.0
/** VEX snapshots as bytes: what is written is what is read, whatever the version, and damage is told. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf } from "#lib/digest.ts";
import { evaluationErrors } from "../errors.ts";
import { DIGEST_OFFSET } from "../snapshot-file/container.ts";
import { compileVexSnapshot, vexCompiler } from "./compile-snapshot.ts";
import { DecodedRows } from "./decoded-rows.ts";
import { latestFirst, openVexSnapshot } from "./open-snapshot.ts";
import type { VexDocument, VexSnapshot, VexStatement } from "./types.ts";

const LODASH = "pkg:npm/lodash@4.17.4";
const APP = "pkg:oci/app?repository_url=ghcr.io/acme/app";

interface Said {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly product: string;
  readonly parts: readonly string[];
  readonly status: string;
  readonly day: number;
}

const openVex = (said: readonly Said[], name: string): VexDocument => ({
  source: "acme",
  name,
  bytes: JSON.stringify({
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": `https://acme.example/${name}`,
    author: "Acme",
    version: 1,
    timestamp: "2024-01-01T00:00:00Z",
    statements: said.map((one) => ({
      vulnerability: { name: one.name, aliases: one.aliases },
      products: [{ "@id": one.product, subcomponents: one.parts.map((id) => ({ "@id": id })) }],
      status: one.status,
      justification: "vulnerable_code_not_present",
      action_statement: "update",
      timestamp: `2024-01-0${one.day}T00:00:00.000Z`,
    })),
  }),
});

const purls = ["pkg:npm/lodash", LODASH, "pkg:golang/stdlib@v1.22.0", APP, "pkg:oci/other"] as const;
const said = fc.record<Said>({
  name: fc.constantFrom("CVE-2024-1", "CVE-2024-2"),
  aliases: fc.subarray(["GO-2024-1", "GHSA-AAAA"]),
  product: fc.constantFrom(...purls),
  parts: fc.subarray([...purls]),
  status: fc.constantFrom("affected", "not_affected"),
  day: fc.integer({ min: 1, max: 3 }),
});

/** All that is said of a vulnerability, without where it stands. */
const saidOf = (snapshot: VexSnapshot, vulnerability: string): readonly string[] =>
  [...snapshot.about(vulnerability)].flatMap(([key, subjects]) =>
    subjects.flatMap((subject) =>
      subject
        .statements()
        .map(({ status, timestamp, product, subcomponent }) =>
          JSON.stringify([key, subject.ids, status, timestamp, product, subcomponent ?? []]),
        ),
    ),
  );

const keyOf = (purl: string): string =>
  purl.startsWith("pkg:oci/") ? "" : purl.replace("pkg:", "").replace("/", ":").replace(/@.*/, "");

const fileOf = (claims: object): Uint8Array => new TextEncoder().encode(JSON.stringify(claims));
const codeOf = (open: () => unknown): string => {
  try {
    open();
    return "opened";
  } catch (error) {
    return evaluationErrors.is(error, "VEX_SNAPSHOT_INVALID") ? "invalid" : String(error);
  }
};

describe("a VEX snapshot", () => {
  it("gives back each statement under each of its names, latest first", () => {
    fc.assert(
      fc.property(fc.array(said, { maxLength: 12 }), (all) => {
        const compiled = compileVexSnapshot([openVex(all, "a.json")]);
        const snapshot = openVexSnapshot(compiled.bytes);
        expect([snapshot.statements, snapshot.digest]).toEqual([all.length, digestOf(compiled.bytes)]);
        const named = new Set(all.flatMap(({ name, aliases }) => [name, ...aliases]));
        expect([...snapshot.vulnerabilities()].sort()).toEqual([...named].sort());
        for (const name of named) {
          const want = all
            .filter((one) => one.name === name || one.aliases.includes(name))
            .flatMap(({ product, parts, status, day }) =>
              (parts.length === 0 ? [product] : parts).map((id) =>
                JSON.stringify([
                  keyOf(id),
                  [id],
                  status,
                  `2024-01-0${day}T00:00:00.000Z`,
                  [product],
                  parts.length === 0 ? [] : [id],
                ]),
              ),
            );
          expect([...saidOf(snapshot, name)].sort()).toEqual(want.sort());
          const lists: (readonly VexStatement[])[] = [...snapshot.about(name).values()]
            .flat()
            .map((subject) => subject.statements());
          for (const list of lists) expect(list).toEqual([...list].sort(latestFirst));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("gives a statement one place under all names of its vulnerability", () => {
    const one: Said = {
      name: "CVE-2024-1",
      aliases: ["GO-2024-1"],
      product: APP,
      parts: [LODASH],
      status: "affected",
      day: 1,
    };
    const snapshot = openVexSnapshot(
      compileVexSnapshot([openVex([one, { ...one, day: 2 }], "a.json")]).bytes,
    );
    const places = (name: string): readonly (readonly number[])[] =>
      (snapshot.about(name).get("npm:lodash") ?? []).map((subject) =>
        subject.statements().map(({ place }) => place),
      );
    expect(places("CVE-2024-1")).toEqual([[1, 0]]);
    expect(places("GO-2024-1")).toEqual(places("CVE-2024-1"));
    expect(snapshot.about("CVE-2024-9").size).toBe(0);
  });

  it("has the same list of ids wherever a name stands", () => {
    const one: Said = {
      name: "CVE-2024-1",
      aliases: [],
      product: APP,
      parts: [LODASH],
      status: "affected",
      day: 1,
    };
    const snapshot = openVexSnapshot(
      compileVexSnapshot([openVex([one, { ...one, name: "CVE-2024-2" }], "a.json")]).bytes,
    );
    const [first, second] = ["CVE-2024-1", "CVE-2024-2"].map(
      (name) => snapshot.about(name).get("npm:lodash")?.[0],
    );
    expect(first?.ids).toBe(second?.ids);
    expect(first?.statements()[0]?.product).toBe(second?.statements()[0]?.product);
  });
});

describe("what is kept decoded", () => {
  const numbers = Array.from({ length: 400 }, (_, at) => at);
  const bytes = compileVexSnapshot(
    numbers.map((number) => {
      const product = `pkg:npm/x@${number}.0.0`;
      const name = `CVE-2024-${1000 + number}`;
      return openVex(
        [{ name, aliases: [], product, parts: [], status: "affected", day: 1 }],
        `${number}.json`,
      );
    }),
  ).bytes;
  const tables = ({
    about,
    subjects,
    names,
    groups,
    documents,
    texts,
  }: DecodedRows): Record<string, number> => ({
    about: about.size,
    subjects: subjects.size,
    names: names.size,
    groups: groups.size,
    documents: documents.size,
    texts: texts.size,
  });

  it("has a bound in each table, and what was let go is decoded anew", () => {
    const [few, all] = [new DecodedRows(80_000), new DecodedRows()];
    const [bounded, free] = [openVexSnapshot(bytes, few), openVexSnapshot(bytes, all)];
    for (const number of [...numbers, ...numbers]) {
      const name = `CVE-2024-${1000 + number}`;
      expect(saidOf(bounded, name)).toEqual(saidOf(free, name));
      expect(bounded.about(`CVE-1999-${1000 + number}`).size).toBe(0);
    }
    expect(tables(all)).toEqual({
      about: 400,
      subjects: 400,
      names: 400,
      groups: 400,
      documents: 400,
      texts: 4,
    });
    const kept = tables(few);
    for (const table of ["about", "subjects", "names", "groups", "documents"])
      expect([table, (kept[table] ?? 0) > 0 && (kept[table] ?? 0) < 150]).toEqual([table, true]);
  });

  it("lets go of texts too", () => {
    const rows = new DecodedRows(16_000);
    for (const number of numbers) rows.texts.get(number, () => "x".repeat(100));
    expect(rows.texts.size).toBeLessThan(10);
  });
});

it("is counted before it is written: doubles and BOMs that say nothing are not in it", () => {
  const bom = (serial: string, vulnerabilities: readonly object[]): VexDocument => ({
    source: "acme",
    name: `${serial}.json`,
    bytes: JSON.stringify({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      serialNumber: `urn:uuid:${serial}`,
      version: 1,
      components: [{ type: "library", "bom-ref": "a", name: "a", purl: LODASH }],
      vulnerabilities,
    }),
  });
  const BOM = "0b0b0b0b-0000-4000-8000-000000000001";
  const flaw = (id: string, ref: string): object => ({
    id,
    analysis: { state: "exploitable" },
    affects: [{ ref }],
  });
  const linked = bom("0b0b0b0b-0000-4000-8000-000000000002", [
    flaw("CVE-2024-1", `urn:cdx:${BOM}/1#a`),
    flaw("CVE-2024-2", `urn:cdx:${BOM}/1#gone`),
  ]);
  fc.assert(
    fc.property(fc.array(said, { minLength: 1, maxLength: 5 }), fc.subarray([0, 1, 2]), (all, picked) => {
      const some = [bom(BOM, []), linked, openVex(all, "b.json")].filter((_, at) => picked.includes(at));
      const documents = [openVex(all, "a.json"), { ...openVex(all, "a.json"), name: "again.json" }, ...some];
      const compiler = vexCompiler();
      for (const document of documents) compiler.add(document);
      const before = compiler.statements();
      const { bytes, statements } = compiler.finish();
      expect([before, openVexSnapshot(bytes).statements]).toEqual([statements, statements]);
    }),
    { numRuns: 30 },
  );
});

describe("older snapshots", () => {
  const version1 = {
    schemaVersion: "1",
    strings: ["pkg:npm/lodash", "npm:lodash", "fixed"],
    documents: [["acme", "doc", digestOf("doc")]],
    names: [[[0], [1]]],
    products: [[0, []]],
    statements: [[0, 2, -1, "", [0]]],
    vulnerabilities: { "CVE-1": [0] },
  };
  const version2 = {
    ...version1,
    schemaVersion: "2",
    strings: [...version1.strings, "update"],
    documents: [["acme", "doc", digestOf("doc"), "unverified"]],
    statements: [[0, 2, -1, "2024-01-01T00:00:00Z", [0], 3]],
  };

  it.each([
    { name: "1", file: version1, signature: "none", more: {} },
    {
      name: "2",
      file: version2,
      signature: "unverified",
      more: { timestamp: "2024-01-01T00:00:00Z", action: "update" },
    },
  ])("reads what version $name wrote", ({ file, signature, more }) => {
    const snapshot = openVexSnapshot(fileOf(file));
    expect(snapshot.digest).toBe(digestOf(fileOf(file)));
    expect([...snapshot.about("CVE-1").keys()]).toEqual(["npm:lodash"]);
    expect(snapshot.about("CVE-1").get("npm:lodash")?.[0]?.statements()).toEqual([
      {
        place: 0,
        from: { source: "acme", document: "doc", digest: digestOf("doc"), signature },
        status: "fixed",
        ...more,
        product: ["pkg:npm/lodash"],
      },
    ]);
  });

  it.each([
    {
      name: "a statement that is not there",
      change: { vulnerabilities: { "CVE-1": [7] } },
      want: "leads nowhere",
    },
    {
      name: "a text that is not there",
      change: { statements: [[0, 9, -1, "", [0]]] },
      want: "leads nowhere",
    },
    { name: "a row of another shape", change: { statements: [7] }, want: "another shape" },
    { name: "a list that is none", change: { names: "x" }, want: "not a VEX snapshot" },
    { name: "a later version", change: { schemaVersion: "3" }, want: "not a VEX snapshot" },
  ])("refuses $name", ({ change, want }) => {
    const open = (): unknown => openVexSnapshot(fileOf({ ...version1, ...change }));
    expect(open).toThrow(want);
    expect(codeOf(open)).toBe("invalid");
  });
});

it("refuses a name that is no text, where it is asked for", () => {
  const claims = {
    schemaVersion: "2",
    strings: [7, "npm:lodash", "fixed"],
    documents: [["acme", "doc", digestOf("doc"), "none"]],
    names: [[[0], [1]]],
    products: [[0, []]],
    statements: [[0, 2, -1, "", [0], -1]],
    vulnerabilities: { "CVE-1": [0] },
  };
  const snapshot = openVexSnapshot(fileOf(claims));
  expect(() => snapshot.about("CVE-1")).toThrow("no text");
});

describe("damage", () => {
  const one: Said = {
    name: "CVE-2024-1",
    aliases: [],
    product: APP,
    parts: [LODASH],
    status: "affected",
    day: 1,
  };
  const good = compileVexSnapshot([openVex([one], "a.json")]).bytes;

  it.each([
    ["", "shorter"],
    ["null", "shorter"],
    ["{", "not JSON"],
  ])("refuses %j", (text, want) => {
    expect(() => openVexSnapshot(new TextEncoder().encode(text))).toThrow(want);
  });

  it("is told of wherever a byte was changed", () => {
    for (let at = 0; at < good.length; at += 3) {
      const bytes = Uint8Array.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 0x11;
      expect(codeOf(() => openVexSnapshot(bytes))).toBe("invalid");
    }
  });

  it("never gives another error, even with a digest that fits", () => {
    for (let at = DIGEST_OFFSET + 40; at < good.length; at++) {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 0x11;
      Buffer.from(digestOf(bytes.subarray(64)).slice(7), "hex").copy(bytes, DIGEST_OFFSET);
      const code = codeOf(() => {
        const snapshot = openVexSnapshot(bytes);
        return [...snapshot.vulnerabilities()].map((name) => saidOf(snapshot, name));
      });
      expect(["opened", "invalid"]).toContain(code);
    }
  });
});
