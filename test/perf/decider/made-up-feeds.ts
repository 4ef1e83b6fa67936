// SPDX-License-Identifier: Apache-2.0
/**
 * Feeds of the size of public ones, made from the small kit (config/kit): each record stands there many times with other ids and
 * package names. What the records say is therefore made up; only their shapes and versions are real.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const kit = fileURLToPath(import.meta.resolve("../../../config/kit"));

/** How often each record of a file stands there: about 100,000 advisories and 25,000 statuses of Debian together. */
const COPIES = { osv: 350, npm: 200, debian: 150 };
const VEX_DOCUMENTS = 1000;
const VEX_STATEMENTS = 300;

export async function makeUpFeeds(folder: string): Promise<void> {
  for (const part of ["advisories", "kev", "epss", "vex"])
    await mkdir(join(folder, part), { recursive: true });
  const read = (name: string): Promise<string> => readFile(join(kit, name), "utf8");
  for (const [name, copies] of [
    ["osv/go.jsonl", COPIES.osv],
    ["osv/pypi.jsonl", COPIES.osv],
    ["npm/security-wg.jsonl", COPIES.npm],
  ] as const) {
    const lines = (await read(name)).trimEnd().split("\n");
    const all = Array.from({ length: copies }, (_, copy) => lines.map((line) => copied(line, copy)));
    await writeFile(join(folder, "advisories", name.replace("/", "-")), `${all.flat().join("\n")}\n`);
  }
  const tracker = JSON.parse(await read("debian/tracker.json")) as Record<string, object>;
  const sources = Array.from({ length: COPIES.debian }, (_, copy) =>
    Object.entries(tracker).map(([name, flaws]) => [
      named(name, copy),
      JSON.parse(withOtherIds(JSON.stringify(flaws), copy)) as object,
    ]),
  );
  await writeFile(
    join(folder, "advisories", "debian-tracker.json"),
    JSON.stringify(Object.fromEntries(sources.flat())),
  );
  await writeFile(join(folder, "kev", "kev.json"), await read("enrichment/kev.json"));
  const [head = "", columns = "", ...scores] = (await read("enrichment/epss.csv")).trimEnd().split("\n");
  const epss = Array.from({ length: COPIES.osv }, (_, copy) =>
    scores.map((line) => withOtherIds(line, copy)),
  );
  await writeFile(join(folder, "epss", "epss.csv"), [head, columns, ...epss.flat()].join("\n"));
  await makeUpVex(join(folder, "vex"), (await read("osv/go.jsonl")).trimEnd().split("\n"));
}

/** The first copy is the record itself. */
const named = (name: string, copy: number): string => (copy === 0 ? name : `${name}-${copy}`);

const ID = /\b(CVE|GHSA|GO|PYSEC)-([\w-]+)/g;

const withOtherIds = (text: string, copy: number): string =>
  copy === 0
    ? text
    : text.replace(ID, (id, kind: string) =>
        kind === "GHSA" ? id : `${id}${String(copy).padStart(3, "0")}`,
      );

function copied(line: string, copy: number): string {
  const record = JSON.parse(withOtherIds(line, copy)) as {
    id: unknown;
    aliases?: string[];
    module_name?: string;
    affected?: { package: { name: string } }[];
  };
  if (typeof record.id === "number") record.id += copy * 10_000;
  if (copy > 0 && record.aliases) record.aliases = record.aliases.filter((id) => !id.startsWith("GHSA"));
  if (record.module_name !== undefined) record.module_name = named(record.module_name, copy);
  for (const { package: of } of record.affected ?? []) of.name = named(of.name, copy);
  return JSON.stringify(record);
}

/** Statements as a vendor's hub makes them: each document about one image, its flaws found by a scanner in its Go modules. */
async function makeUpVex(folder: string, records: readonly string[]): Promise<void> {
  const flaws = records.map(
    (line) => JSON.parse(line) as { id: string; affected: { package: { name: string } }[] },
  );
  const lines = Array.from({ length: VEX_DOCUMENTS }, (_, document) => {
    const repository = `registry.example/team/app-${document}`;
    const statements = Array.from({ length: VEX_STATEMENTS }, (_, at) => {
      const flaw = flaws[at % flaws.length];
      const version = `v1.${(document + at) % 50}.0`;
      const part = `pkg:golang/${flaw?.affected[0]?.package.name ?? ""}@${version}`;
      return {
        vulnerability: { name: flaw?.id },
        products: [
          { "@id": `pkg:oci/app-${document}?repository_url=${repository}`, subcomponents: [{ "@id": part }] },
        ],
        status: "not_affected",
        justification: "vulnerable_code_not_in_execute_path",
      };
    });
    return JSON.stringify({
      "@context": "https://openvex.dev/ns/v0.2.0",
      "@id": `https://vex.example/app-${document}`,
      author: "Example",
      timestamp: "2026-01-01T00:00:00Z",
      version: 1,
      statements,
    });
  });
  await writeFile(join(folder, "hub.jsonl"), `${lines.join("\n")}\n`);
}
