// SPDX-License-Identifier: Apache-2.0
/** Every object in config/samples is valid, says nothing that a schema would drop, and is listed for kustomize. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { API_VERSION, kinds } from "./index.ts";

interface Sample {
  readonly file: string;
  readonly object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string };
  };
}

const folder = join(import.meta.dirname, "../config/samples");
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml");
const samples = files.flatMap((file) =>
  parseAllDocuments(readFileSync(join(folder, file), "utf8")).map((document): Sample => ({
    file,
    object: document.toJS() as Sample["object"],
  })),
);
const ours = samples.filter(({ object }) => object.apiVersion === API_VERSION);

describe("config/samples", () => {
  it.each(
    ours.map(({ file, object }) => [`${file}: ${object.kind} ${object.metadata.name}`, object] as const),
  )("%s", (_, object) => {
    const kind = kinds.find((one) => one.kind === object.kind);
    expect(kind?.schema.parse(object)).toMatchObject(object);
  });

  it("shows every kind that people write", () => {
    const written = kinds.map(({ kind }) => kind).filter((kind) => kind !== "Scan" && kind !== "Report");
    expect([...new Set(ours.map(({ object }) => object.kind))].sort()).toEqual([...written].sort());
  });

  it("lists every file but those that this version cannot make Ready, and the one that needs the internet", () => {
    const list = parse(readFileSync(join(folder, "kustomization.yaml"), "utf8")) as { resources: string[] };
    expect([...list.resources, "notify.yaml", "web-feeds.yaml"].sort()).toEqual([...files].sort());
  });
});
