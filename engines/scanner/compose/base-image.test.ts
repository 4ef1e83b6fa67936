// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { digestOf, type DiffId, type ImageDigest } from "#lib/digest.ts";
import { baseOf, type KnownImage } from "./base-image.ts";

const [a, b, c] = ["a", "b", "c"].map((text) => digestOf<DiffId>(text)) as [DiffId, DiffId, DiffId];
const digest = digestOf<ImageDigest>("base");
const known = (name: string, ...diffIds: DiffId[]): KnownImage => ({ name, imageDigest: digest, diffIds });
const labels = {
  "org.opencontainers.image.base.name": "debian:12",
  "org.opencontainers.image.base.digest": digest,
};

describe("baseOf", () => {
  it.each<{ name: string; known: KnownImage[]; labels?: Record<string, string>; want: unknown }>([
    { name: "nothing", known: [], want: undefined },
    {
      name: "the longest of those below",
      known: [known("one", a), known("two", a, b)],
      want: { name: "two", digest, layers: 2 },
    },
    { name: "not the image itself", known: [known("self", a, b, c)], want: undefined },
    { name: "not one that differs", known: [known("other", b)], want: undefined },
    { name: "not an image without layers", known: [known("empty")], want: undefined },
    {
      name: "labels, where no layers are shared",
      known: [known("other", b)],
      labels,
      want: { name: "debian:12", digest },
    },
    {
      name: "shared layers before labels",
      known: [known("one", a)],
      labels,
      want: { name: "one", digest, layers: 1 },
    },
    {
      name: "no digest that is none",
      known: [],
      labels: { "org.opencontainers.image.base.digest": "sha256:x" },
      want: undefined,
    },
  ])("finds $name", (row) => expect(baseOf([a, b, c], row.labels ?? {}, row.known)).toEqual(row.want));
});
