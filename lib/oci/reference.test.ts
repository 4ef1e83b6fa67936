// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ociErrors } from "./errors.ts";
import { formatReference, parseReference, repositoryOf } from "./reference.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;

describe("parseReference", () => {
  it.each([
    ["alpine", "docker.io/library/alpine:latest"],
    ["alpine:3.20", "docker.io/library/alpine:3.20"],
    ["grafana/loki", "docker.io/grafana/loki:latest"],
    ["docker.io/alpine", "docker.io/library/alpine:latest"],
    ["index.docker.io/library/alpine", "docker.io/library/alpine:latest"],
    ["localhost/app", "localhost/app:latest"],
    ["localhost:5000/app:1", "localhost:5000/app:1"],
    ["ghcr.io/a/b/c_d__e-f.g:v1.2-x_Y", "ghcr.io/a/b/c_d__e-f.g:v1.2-x_Y"],
    ["Registry.Example/app", "registry.example/app:latest"],
    ["[::1]:5000/app", "[::1]:5000/app:latest"],
    [`app@${DIGEST}`, `docker.io/library/app@${DIGEST}`],
    [`r.example:80/app:1@${DIGEST}`, `r.example:80/app:1@${DIGEST}`],
    ["127.0.0.1:5000/a", "127.0.0.1:5000/a:latest"],
  ])("%s is %s", (text, want) => {
    expect(formatReference(parseReference(text))).toBe(want);
  });

  it.each([
    ["", "is empty"],
    ["https://r.example/app", "has no scheme"],
    ["App", "must be lower case"],
    ["Library/app", "must be lower case"],
    ["r.example/", "has no repository name"],
    ["r.example//app", "empty part"],
    ["app:", "tag"],
    ["app:.x", "tag"],
    [`app:${"x".repeat(129)}`, "tag"],
    ["app@sha512:abc", "digest"],
    [`app@${DIGEST}0`, "digest"],
    ["r.example:0/app", "port"],
    ["r.example:99999/app", "port"],
    ["-r.example/app", "host name"],
    ["app/../etc", "must be letters"],
    ["a b", "must be letters"],
    [`r.example/${"a".repeat(255)}`, "longer than 255"],
    ["a".repeat(600), "longer than 512"],
  ])("refuses %s", (text, why) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: "REFERENCE_INVALID" }) as Error,
    );
    expect(() => parseReference(text)).toThrow(why);
  });

  it("gives the repository without tag and digest", () => {
    expect(repositoryOf(parseReference(`localhost:5000/a/b:1@${DIGEST}`))).toBe("localhost:5000/a/b");
  });

  it("reads back what it writes", () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8})?$/);
    const registry = fc.constantFrom("docker.io", "localhost", "r.example", "10.0.0.1:5000", "[::1]:80");
    const reference = fc.record({
      registry,
      repository: fc.tuple(part, part).map((parts) => parts.join("/")),
      tag: fc.stringMatching(/^\w[\w.-]{0,20}$/),
    });
    fc.assert(
      fc.property(reference, (one) => {
        expect(parseReference(formatReference(one))).toEqual(one);
      }),
    );
  });

  it("answers any text with a reference or REFERENCE_INVALID", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom("a", "b", ".", "/", ":", "@", "-", "_", "[", "]", "A", "0") }),
    );
    fc.assert(
      fc.property(text, (any) => {
        try {
          const parsed = parseReference(any);
          expect(parseReference(formatReference(parsed))).toEqual(parsed);
        } catch (error) {
          expect(ociErrors.is(error, "REFERENCE_INVALID")).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
