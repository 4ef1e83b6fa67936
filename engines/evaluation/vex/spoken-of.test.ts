// SPDX-License-Identifier: Apache-2.0
/** What is kept of a snapshot is what asking it anew gives, and is that snapshot's alone. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileVexSnapshot } from "./compile-snapshot.ts";
import { openVexSnapshot } from "./open-snapshot.ts";
import { spokenOf, type Spoken } from "./spoken-of.ts";
import type { VexSnapshot } from "./types.ts";

const names = [
  "pkg:npm/a",
  "pkg:npm/a@1",
  "pkg:npm/a@2",
  "pkg:npm/a@2?x=y",
  "pkg:npm/a?vers=vers:npm/%3C2",
  "pkg:rpm/redhat/a?arch=src",
  "pkg:rpm/redhat/a@1-1?epoch=2",
  "pkg:oci/app?repository_url=ghcr.io/acme/app",
] as const;
const components = [
  "pkg:npm/a@1",
  "pkg:npm/a@2",
  "pkg:npm/a@2?x=y",
  "pkg:npm/b@1",
  "pkg:rpm/redhat/a@2:1-1?arch=x86_64",
  "pkg:rpm/redhat/liba@1-1?upstream=a-1-1.src.rpm",
  "no purl",
] as const;
const IDS = ["CVE-2024-1", "CVE-2024-2"] as const;

interface Statement {
  readonly id: string;
  readonly product: string;
}

const snapshotOf = (statements: readonly Statement[]): VexSnapshot => {
  const document = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://acme.example/vex",
    author: "Acme",
    version: 1,
    timestamp: "2024-01-01T00:00:00Z",
    statements: statements.map(({ id, product }) => ({
      vulnerability: { name: id },
      products: [{ "@id": product }],
      status: "affected",
      action_statement: "update",
    })),
  };
  const bytes = JSON.stringify(document);
  return openVexSnapshot(compileVexSnapshot([{ source: "acme", name: "a.json", bytes }]).bytes);
};

const told = ({ ofComponent, ofImages }: Spoken): readonly string[] => [
  ...ofComponent.map(({ subject, closeness }) => `${subject.ids.join()} ${closeness}`),
  ...ofImages.map(({ ids }) => `image ${ids.join()}`),
];

describe("spokenOf", () => {
  it.each<{ component: (typeof components)[number]; want: readonly string[] }>([
    {
      component: "pkg:npm/a@1",
      want: ["pkg:npm/a package", "pkg:npm/a?vers=vers:npm/%3C2 version", "pkg:npm/a@1 version"],
    },
    { component: "pkg:npm/a@2", want: ["pkg:npm/a package", "pkg:npm/a@2 version"] },
    {
      component: "pkg:npm/a@2?x=y",
      want: ["pkg:npm/a package", "pkg:npm/a@2 version", "pkg:npm/a@2?x=y version"],
    },
    { component: "pkg:npm/b@1", want: [] },
    {
      component: "pkg:rpm/redhat/a@2:1-1?arch=x86_64",
      want: ["pkg:rpm/redhat/a?arch=src package", "pkg:rpm/redhat/a@1-1?epoch=2 version"],
    },
    {
      component: "pkg:rpm/redhat/liba@1-1?upstream=a-1-1.src.rpm",
      want: ["pkg:rpm/redhat/a?arch=src package"],
    },
    { component: "no purl", want: [] },
  ])("finds who speaks of $component", ({ component, want }) => {
    const snapshot = snapshotOf(names.map((product) => ({ id: "CVE-2024-1", product })));
    const isOfImage = (text: string): boolean => text.startsWith("image ");
    const found = told(spokenOf(snapshot, component, ["CVE-2024-1"]));
    expect(found.filter((text) => !isOfImage(text)).sort()).toEqual([...want].sort());
    expect(found.filter(isOfImage)).toHaveLength(component === "no purl" ? 0 : 1);
  });

  it("answers the second time as the first, each snapshot for itself", () => {
    const statements = fc.array(
      fc.record({ id: fc.constantFrom(...IDS), product: fc.constantFrom(...names) }),
      { minLength: 1, maxLength: 12 },
    );
    const questions = fc.array(
      fc.record({ component: fc.constantFrom(...components), ids: fc.subarray([...IDS]) }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(statements, statements, questions, (some, others, asked) => {
        const [kept, other] = [snapshotOf(some), snapshotOf(others)];
        for (const { component, ids } of asked) {
          expect(told(spokenOf(kept, component, ids))).toEqual(
            told(spokenOf(snapshotOf(some), component, ids)),
          );
          expect(told(spokenOf(other, component, ids))).toEqual(
            told(spokenOf(snapshotOf(others), component, ids)),
          );
        }
      }),
      { numRuns: 50 },
    );
  });
});
