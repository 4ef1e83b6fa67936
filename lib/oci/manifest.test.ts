// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { expect, it } from "vitest";
import { ociErrors } from "./errors.ts";
import { parseManifest } from "./manifest.ts";
import { mediaTypes } from "./media-types.ts";

const blob = { mediaType: "x/y", digest: `sha256:${"0".repeat(64)}`, size: 1 };
const manifest = { schemaVersion: 2, config: blob, layers: [blob] };
const index = { schemaVersion: 2, manifests: [blob] };
const parse = (value: unknown, type = ""): ReturnType<typeof parseManifest> =>
  parseManifest(Buffer.from(JSON.stringify(value)), type, "manifest of r/a:1");

it.each([
  { name: "an OCI manifest by its shape", value: manifest, type: "", want: mediaTypes.ociManifest },
  { name: "an index by its shape", value: index, type: "text/plain", want: mediaTypes.ociIndex },
  {
    name: "a Docker manifest by the header",
    value: manifest,
    type: `${mediaTypes.dockerManifest}; q=1`,
    want: mediaTypes.dockerManifest,
  },
  {
    name: "a Docker list by itself",
    value: { ...index, mediaType: mediaTypes.dockerList },
    type: "",
    want: mediaTypes.dockerList,
  },
])("reads $name", ({ value, type, want }) => {
  expect(parse(value, type).mediaType).toBe(want);
});

it.each([
  { name: "schema 1", value: { schemaVersion: 1, name: "a" }, why: "schema 1" },
  {
    name: "schema 1 by media type",
    value: { schemaVersion: 2 },
    type: "application/vnd.docker.distribution.manifest.v1+prettyjws",
    why: "schema 1",
  },
  { name: "both an index and a manifest", value: { ...manifest, ...index }, why: "both" },
  {
    name: "an index sent as a manifest",
    value: { ...index, mediaType: mediaTypes.ociIndex },
    type: mediaTypes.ociManifest,
    why: "was sent as",
  },
  {
    name: "a manifest that calls itself an index",
    value: { ...manifest, mediaType: mediaTypes.ociIndex },
    why: "not its fields",
  },
  {
    name: "another digest algorithm",
    value: { ...manifest, config: { ...blob, digest: "sha512:00" } },
    why: "config.digest",
  },
  { name: "a negative size", value: { ...manifest, layers: [{ ...blob, size: -1 }] }, why: "layers[0].size" },
  { name: "a missing config", value: { schemaVersion: 2, layers: [] }, why: "config must be an object" },
  { name: "too many entries", value: { ...index, manifests: Array(1001).fill(blob) }, why: "more than 1000" },
  { name: "too many layers", value: { ...manifest, layers: Array(1001).fill(blob) }, why: "more than 1000" },
  { name: "no object", value: [], why: "must be an object" },
  { name: "no version", value: { config: blob }, why: "schemaVersion" },
  { name: "an odd type", value: { ...manifest, mediaType: "a/b" }, why: "unknown media type" },
])("refuses $name", ({ value, why, type = "" }) => {
  expect(() => parse(value, type)).toThrow(expect.objectContaining({ code: "MANIFEST_INVALID" }) as Error);
  expect(() => parse(value, type)).toThrow(why);
});

it("refuses what is larger than 4 MiB", () => {
  expect(() => parseManifest(Buffer.alloc(4 * 1024 * 1024 + 1, " "), "", "m")).toThrow("larger than");
});

it("answers any JSON with a manifest or MANIFEST_INVALID", () => {
  const keys = fc.constantFrom(
    "schemaVersion",
    "config",
    "layers",
    "manifests",
    "mediaType",
    "digest",
    "size",
  );
  const value = fc.dictionary(
    keys,
    fc.oneof(fc.constant(2), fc.constant(blob), fc.constant([blob]), fc.jsonValue()),
  );
  fc.assert(
    fc.property(value, (any) => {
      try {
        parse(any);
      } catch (error) {
        expect(ociErrors.is(error, "MANIFEST_INVALID")).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
