// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Links } from "./links.ts";
import { ownersOf } from "./owners.ts";

describe("Links", () => {
  it("answers as if nothing were remembered between changes", () => {
    const path = fc
      .array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join("/"));
    const target = fc.oneof(
      path,
      path.map((to) => `/${to}`),
      fc.constant("../b"),
      fc.constant("."),
    );
    const step = fc.record({ path, target: fc.option(target) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.array(path), (steps, asked) => {
        const remembering = new Links();
        for (const [index, { path: at, target: to }] of steps.entries()) {
          const fresh = new Links();
          if (to === null) remembering.delete(at);
          else remembering.set(at, to);
          for (const { path: link, target: leads } of steps.slice(0, index + 1)) {
            if (leads === null) fresh.delete(link);
            else fresh.set(link, leads);
          }
          for (const one of asked) expect(remembering.resolveParent(one)).toBe(fresh.resolveParent(one));
        }
      }),
    );
  });
});

describe("Links, hostile", () => {
  const chain = (target: (next: string) => string): Links => {
    const links = new Links();
    for (let i = 0; i < 30; i++) links.set(`l${i}`, target(`l${i + 1}`));
    return links;
  };

  it.each([
    ["short ones", chain((next) => next), "l30"],
    ["circles", chain(() => "l0"), undefined],
    ["detours", chain((next) => `${"a/../".repeat(700)}${next}`), undefined],
    ["ever longer paths", chain(() => `${"n".repeat(3000)}/${"n".repeat(3000)}`), undefined],
  ])("follows a chain of %s only so far", (_, links, want) => expect(links.follow("l0")).toBe(want));
});

describe("ownersOf", () => {
  it("follows other names of a folder, and not any number of them", () => {
    const links = new Links();
    for (let i = 0; i < 1000; i++) links.set(`l${String(i).padStart(3, "0")}`, "app");
    const record = (path: string) => [{ type: "deb" as const, package: "p", paths: path }];
    const paths = new Set(["app/x"]);
    expect(ownersOf(paths, record("app/x"), links).size).toBe(1);
    expect(ownersOf(paths, record("l000/x"), links).size).toBe(1);
    expect(ownersOf(paths, record("l999/x"), links).size).toBe(0);
  });
});
