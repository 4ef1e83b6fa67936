// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { PackageFact } from "../facts.ts";
import type { Component } from "../types.ts";
import type { Node } from "./dependencies.ts";
import { PythonExtras } from "./python-extras.ts";

function node(name: string, fact: Partial<PackageFact> = {}): Node {
  const component = { type: "pypi", name } as unknown as Component;
  return { component, fact: { type: "pypi", name, version: "1", ...fact } };
}

/** What each requires for the extras that are asked of it. */
const required = (...nodes: Node[]): (readonly string[])[] => {
  const extras = new PythonExtras(nodes);
  return nodes.map((each) => extras.requiredBy(each));
};

describe("PythonExtras", () => {
  const celery = node("celery", { extras: { redis: ["kombu[redis]"], sqs: ["boto3"], constructor: ["x"] } });
  const kombu = node("kombu", { extras: { redis: ["redis"], sqs: ["boto3"] } });

  it("asks for nothing by itself", () => expect(required(celery, kombu)).toEqual([[], []]));

  it("follows an extra that asks for another", () => {
    const app = node("app", { requires: ["celery"], requiresWithExtras: ["celery[redis]"] });
    expect(required(app, celery, kombu)).toEqual([[], ["kombu"], ["redis"]]);
  });

  it("follows what a distribution asks of itself, without end", () => {
    const a = node("a", { extras: { all: ["a[x,all]"], x: ["b"] } });
    expect(required(node("app", { requiresWithExtras: ["a[all]"] }), a)).toEqual([[], ["a", "b"]]);
    expect(required(a)).toEqual([[]]);
  });
});
