// SPDX-License-Identifier: Apache-2.0
/** What packages require of each other where they are very many, or say very much. */
import { describe, expect, it } from "vitest";
import type { PackageFact } from "../facts.ts";
import type { Component } from "../types.ts";
import { DependencyGraph, type Node } from "./dependencies.ts";
import { RootView } from "./root-view.ts";

function node(
  type: "deb" | "npm" | "pypi",
  name: string,
  path: string,
  fact: Partial<PackageFact> = {},
): Node {
  const component = {
    bomRef: `${name} ${path}`,
    purl: name,
    type,
    name,
    version: "1",
    evidence: [{ path }],
    ...fact,
  };
  return { component: component as unknown as Component, fact: { type, name, version: "1", ...fact } };
}

const many = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Dependencies of each, and whether any were left out. */
function resolved(nodes: readonly Node[]): { counts: number[]; isCut: boolean } {
  const graph = new DependencyGraph(nodes, new RootView());
  return { counts: nodes.map((each) => graph.requiredBy(each).length), isCut: graph.isCut };
}

const site = "usr/lib/python3/site-packages";
const venv = "opt/venv/lib/python3/site-packages";
const dist = (folder: string, name: string, requires: readonly string[] = []): Node =>
  node("pypi", name, `${folder}/${name}-1.dist-info/METADATA`, { requires });
const os = (name: string, architecture: string, requires: readonly string[] = []): Node =>
  node("deb", name, `status-${architecture}`, { architecture, requires });

/** bomRefs of what the first one requires. */
function requiredByFirst(...nodes: readonly [Node, ...Node[]]): string[] {
  const graph = new DependencyGraph(nodes, new RootView());
  return graph.requiredBy(nodes[0]).map(({ component }) => component.bomRef);
}

describe("DependencyGraph", () => {
  it.each<{ name: string; nodes: [Node, ...Node[]]; want: string[] }>([
    {
      name: "a distribution's own site folder before a vendored copy and another environment",
      nodes: [
        dist(site, "gunicorn", ["packaging"]),
        dist(site, "packaging"),
        dist(`${site}/setuptools/_vendor`, "packaging"),
        dist(venv, "packaging"),
      ],
      want: [`packaging ${site}/packaging-1.dist-info/METADATA`],
    },
    {
      name: "no vendored copy, even if there is no other",
      nodes: [dist(site, "gunicorn", ["packaging"]), dist(`${site}/setuptools/_vendor`, "packaging")],
      want: [],
    },
    {
      name: "a vendored copy for what is vendored beside it",
      nodes: [
        dist(`${site}/setuptools/_vendor`, "wheel", ["packaging"]),
        dist(`${site}/setuptools/_vendor`, "packaging"),
        dist(site, "packaging"),
      ],
      want: [`packaging ${site}/setuptools/_vendor/packaging-1.dist-info/METADATA`],
    },
    {
      name: "the system's for an environment that lacks it",
      nodes: [dist(venv, "app", ["six"]), dist(site, "six"), dist(`${site}/pip/_vendor`, "six")],
      want: [`six ${site}/six-1.dist-info/METADATA`],
    },
    {
      name: "eggs in the folder that holds them",
      nodes: [
        dist(site, "app", ["six"]),
        node("pypi", "six", `${site}/six-1-py3.egg/EGG-INFO/PKG-INFO`),
        dist(venv, "six"),
      ],
      want: [`six ${site}/six-1-py3.egg/EGG-INFO/PKG-INFO`],
    },
    {
      name: "the same architecture before others",
      nodes: [os("bash", "amd64", ["libc6"]), os("libc6", "amd64"), os("libc6", "i386")],
      want: ["libc6 status-amd64"],
    },
    {
      name: "a package for all architectures beside that of the same",
      nodes: [os("x", "i386", ["y"]), os("y", "all"), os("y", "i686"), os("y", "amd64")],
      want: ["y status-all", "y status-i686"],
    },
    {
      name: "another architecture where there is none of the same",
      nodes: [os("bash", "amd64", ["libc6"]), os("libc6", "i386")],
      want: ["libc6 status-i386"],
    },
    {
      name: "any architecture for a package of none",
      nodes: [os("x", "all", ["y"]), os("y", "amd64"), os("y", "i386")],
      want: ["y status-amd64", "y status-i386"],
    },
  ])("takes $name", ({ nodes, want }) => expect(requiredByFirst(...nodes)).toEqual(want));

  it("takes the nearest of more packages of one name than a call has arguments", () => {
    const nodes = many(150_000, (i) => node("pypi", "a", `lib/${i}/METADATA`));
    const asking = node("pypi", "b", "lib/7/x/METADATA", { requires: ["a"] });
    const graph = new DependencyGraph([...nodes, asking], new RootView());
    expect(graph.requiredBy(asking).map(({ component }) => component.bomRef)).toEqual(["a lib/7/METADATA"]);
  });

  it("knows a package once by a name that it provides twice", () => {
    const nodes = [
      node("deb", "a", "s", { provides: ["v", "w", "v"] }),
      node("deb", "b", "s", { provides: ["v"], requires: ["v"] }),
    ];
    expect(resolved(nodes)).toEqual({ counts: [0, 1], isCut: false });
  });

  it("leaves out what many packages that all provide one name require", () => {
    const nodes = many(20_000, (i) => node("deb", `a${i}`, "s", { provides: ["v"], requires: ["v"] }));
    const { counts, isCut } = resolved(nodes);
    expect([counts[0], counts.at(-1), isCut]).toEqual([19_999, 0, true]);
  });

  it("looks only into folders that hold packages, however many names and folders there are", () => {
    const names = many(2000, (i) => `gone${i}`);
    const folder = "node_modules/x/".repeat(60);
    const nodes = many(200, (i) =>
      node("npm", `p${i}`, `${folder}node_modules/p${i}/package.json`, { requires: [...names, "p0"] }),
    );
    const { counts, isCut } = resolved(nodes);
    expect([counts[0], counts[1], counts.at(-1), isCut]).toEqual([0, 1, 1, false]);
  });
});
