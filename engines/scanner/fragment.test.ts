// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it } from "vitest";
import { digestOf, type DiffId } from "#lib/digest.ts";
import { analyzers } from "./analyzers/catalog.ts";
import type { Fragment } from "./facts.ts";
import { decodeFragment, encodeFragment, fragmentKey } from "./fragment.ts";
import { everyEcosystem } from "./testing/every-ecosystem.ts";
import { fragmentOf } from "./testing/images.ts";

const other = `sha256:${"1".repeat(64)}` as DiffId;

describe("fragment", () => {
  let fragment: Fragment;
  beforeAll(async () => (fragment = await fragmentOf(everyEcosystem)));

  it("comes back from its bytes whole", () => {
    const back = decodeFragment(encodeFragment(fragment), fragment.diffId);
    expect(back && { ...back, tree: Buffer.from(back.tree) }).toEqual({
      ...fragment,
      tree: Buffer.from(fragment.tree),
    });
  });

  it("is not taken for another layer's", () =>
    expect(decodeFragment(encodeFragment(fragment), other)).toBeUndefined());

  it("is not taken when any byte has changed or is missing", () => {
    const bytes = encodeFragment(fragment);
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(decodeFragment(damaged, fragment.diffId)).toBeUndefined();
      expect(decodeFragment(bytes.subarray(0, at), fragment.diffId)).toBeUndefined();
    }
  });

  it.each<[string, (json: string) => string]>([
    ["no JSON", (json) => json.slice(1)],
    ["another shape", (json) => json.replace('"files":[', '"files":[1,')],
    ["a package without a name", (json) => json.replace('"name":"musl"', '"name":7')],
    ["a negative length", (json) => json.replace(/"length":\d+/, '"length":-1')],
    ["no end of the head", (json) => json.replace("\n", " ")],
  ])("is not taken with %s, though its digest be right", (_, change) => {
    const text = Buffer.from(encodeFragment(fragment)).toString("latin1");
    const newline = text.indexOf("\n");
    const body = Buffer.from(change(text.slice(newline + 1)), "latin1");
    const head = `${text.slice(0, newline).split(" ")[0] ?? ""} ${digestOf(body)}\n`;
    expect(decodeFragment(Buffer.concat([Buffer.from(head), body]), fragment.diffId)).toBeUndefined();
  });

  it("has a key of layer and analyzers' versions", () => {
    const [first] = analyzers;
    const key = fragmentKey(other, analyzers);
    expect(key).toMatch(/^1{64}-[0-9a-f]{16}$/);
    expect(fragmentKey(other, analyzers.toReversed())).toBe(key);
    expect(fragmentKey(other, [{ ...first!, version: 99 }, ...analyzers.slice(1)])).not.toBe(key);
  });
});
