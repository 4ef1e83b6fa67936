// SPDX-License-Identifier: Apache-2.0
/** Readers of what feeds hold: advisories by connector, VEX documents, compressed files and archives of them. */
import { gzipSync } from "node:zlib";
import { connectors } from "#engines/evaluation/advisories/connectors/catalog.ts";
import { parseDocument } from "#engines/evaluation/advisories/documents/parse.ts";
import { importSource } from "#engines/evaluation/advisories/import-source.ts";
import { defaultLimits } from "#engines/evaluation/advisories/limits.ts";
import { tarOf, zipOf } from "#engines/evaluation/advisories/testing/archives.ts";
import { memoryFeed } from "#engines/evaluation/advisories/testing/sbom.ts";
import type { Connector, ParsedDocument, Rejection } from "#engines/evaluation/advisories/types.ts";
import { readVexDocument } from "#engines/evaluation/vex/formats/index.ts";
import { bunzip2 } from "#lib/bzip2/index.ts";
import type { Seed, Target } from "./target.ts";
import { documentsIn } from "./testdata.ts";

const SAMPLES = "engines/evaluation/advisories/connectors/testdata";
const FORMS = { json: "json", yaml: "yaml", yml: "yaml", csv: "csv", xml: "xml" } as const;

const samples = (): readonly Seed[] =>
  documentsIn(SAMPLES)
    .filter(({ name }) => !name.endsWith(".golden.json"))
    .flatMap(({ name, bytes }) => (name.endsWith(".jsonl") ? linesOf(name, bytes) : [{ name, bytes }]));

const linesOf = (name: string, bytes: Buffer): readonly Seed[] =>
  bytes
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line, at) => ({ name: `${name.replace(/l$/, "")}:${at}.json`, bytes: Buffer.from(line) }));

function parsed(name: string, bytes: Buffer): ParsedDocument {
  const ending = (name.split(".").at(-1) ?? "") as keyof typeof FORMS;
  return parseDocument(name, Object.hasOwn(FORMS, ending) ? FORMS[ending] : "text", bytes, defaultLimits);
}

function connectorTarget(connector: Connector): Target {
  return {
    name: `connector/${connector.id}`,
    seeds: () => samples().filter(({ name, bytes }) => connector.recognizes(parsed(name, bytes))),
    run: ({ name }, bytes) => {
      const document = parsed(name, bytes);
      const rejected: Omit<Rejection, "document">[] = [];
      const found = connector.normalize(document, (path, reason) => rejected.push({ path, reason }));
      return [connector.recognizes(document), { ...found, epss: [...(found.epss ?? [])] }, rejected];
    },
  };
}

const json = (name: string, value: unknown): Seed => ({ name, bytes: Buffer.from(JSON.stringify(value)) });
const product = { "@id": "pkg:oci/app@sha256%3Aab?repository_url=r.example/app" };

const openVex = json("openvex", {
  "@context": "https://openvex.dev/ns/v0.2.0",
  "@id": "https://a.example/vex-1",
  author: "A",
  timestamp: "2024-01-01T00:00:00Z",
  version: 1,
  statements: [
    {
      vulnerability: { name: "CVE-2024-0001", aliases: ["GHSA-a"] },
      products: [{ ...product, subcomponents: [{ "@id": "pkg:npm/%40a/b@1.0.0" }] }],
      status: "not_affected",
      justification: "vulnerable_code_not_in_execute_path",
    },
    {
      vulnerability: { name: "CVE-2024-0002" },
      products: [{ "@id": "pkg:deb/debian/a", identifiers: { purl: "pkg:deb/debian/a@1?distro=debian-12" } }],
      status: "affected",
      action_statement: "update",
      timestamp: "2024-02-01T00:00:00Z",
    },
  ],
});
const cycloneDx = json("cyclonedx", {
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  serialNumber: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
  metadata: {
    timestamp: "2024-01-01T00:00:00Z",
    component: { "bom-ref": "app", name: "app", type: "container" },
  },
  components: [{ "bom-ref": "b", type: "library", name: "b", version: "1", purl: "pkg:npm/b@1" }],
  vulnerabilities: [
    {
      id: "CVE-2024-0001",
      references: [{ id: "GHSA-a" }],
      analysis: {
        state: "not_affected",
        justification: "code_not_reachable",
        detail: "d",
        response: ["update"],
      },
      affects: [
        { ref: "b", versions: [{ version: "1", status: "unaffected" }, { range: "vers:npm/>=1|<2" }] },
      ],
    },
    {
      id: "CVE-2024-0002",
      analysis: { state: "exploitable" },
      affects: [{ ref: "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#b" }],
    },
  ],
});

const vex: readonly Target[] = [
  { name: "vex/openvex", seeds: () => [openVex], run: readVex },
  { name: "vex/cyclonedx", seeds: () => [cycloneDx], run: readVex },
  {
    name: "vex/csaf",
    seeds: () => documentsIn(SAMPLES).filter(({ name }) => /csaf-[a-z]+\.json$/.test(name)),
    run: readVex,
  },
];

function readVex({ name }: Seed, bytes: Buffer): unknown {
  return readVexDocument({ name, bytes: bytes.toString("utf8") });
}

const packed: readonly Target[] = [
  {
    name: "lib/bzip2",
    seeds: () => documentsIn("lib/bzip2/testdata").filter(({ name }) => name.endsWith(".bz2")),
    run: async (_, bytes, pieces) => {
      let [size, sum] = [0, 0];
      for await (const chunk of bunzip2(inPieces(bytes, pieces))) {
        size += chunk.length;
        for (const byte of chunk) sum = (Math.imul(sum, 31) + byte) | 0;
      }
      return [size, sum];
    },
  },
  {
    name: "import/archives",
    seeds: () => {
      const files = Object.fromEntries(
        samples()
          .filter(({ bytes }) => bytes.length < 4000)
          .slice(0, 6)
          .map(({ name, bytes }) => [name.slice(SAMPLES.length + 1), bytes]),
      );
      const [tar, zip] = [tarOf(files), zipOf(files)];
      const bzip2 = documentsIn("lib/bzip2/testdata").filter(({ name }) => name.endsWith("text.bz2"));
      return [
        { name: "a.tar", bytes: tar },
        { name: "a.zip", bytes: zip },
        { name: "a.tgz", bytes: gzipSync(tar) },
        { name: "in.tar", bytes: tarOf({ "a.zip": zip, "b.tar": tar, "c.tgz": gzipSync(tar), ...files }) },
        {
          name: "a.jsonl",
          bytes: Buffer.concat(
            samples()
              .filter(({ name }) => name.includes(":"))
              .flatMap(({ bytes }) => [bytes, Buffer.from("\n")]),
          ),
        },
        ...bzip2.map(({ bytes }) => ({ name: "a.xml.bz2", bytes })),
      ];
    },
    run: async ({ name }, bytes) => importSource({ name: "fuzz", feed: memoryFeed({ [name]: bytes }) }),
  },
];

async function* inPieces(bytes: Buffer, pieces: () => number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const piece = bytes.subarray(at, at + Math.max(1, pieces()));
    at += piece.length;
    yield await Promise.resolve(Buffer.from(piece));
  }
}

export const advisoryTargets: readonly Target[] = [...connectors.map(connectorTarget), ...vex, ...packed];
