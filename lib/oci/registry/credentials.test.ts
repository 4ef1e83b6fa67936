// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { parseReference } from "../reference.ts";
import { credentialsFor, globMatches, parseDockerConfig } from "./credentials.ts";

const auth = (login: string): { auth: string } => ({ auth: Buffer.from(login).toString("base64") });

describe("parseDockerConfig", () => {
  it.each([
    {
      name: "auth of user and password",
      config: { auths: { "r.example": auth("u:p:with:colons") } },
      want: [{ pattern: "r.example", username: "u", password: "p:with:colons" }],
    },
    {
      name: "user and password in the clear",
      config: { auths: { "r.example": { username: "u", password: "p" } } },
      want: [{ pattern: "r.example", username: "u", password: "p" }],
    },
    {
      name: "identity and registry tokens",
      config: { auths: { a: { identitytoken: "i" }, b: { registrytoken: "r" } } },
      want: [
        { pattern: "a", identityToken: "i" },
        { pattern: "b", registryToken: "r" },
      ],
    },
    {
      name: "the older kubernetes.io/dockercfg form",
      config: { "r.example": auth("u:p") },
      want: [{ pattern: "r.example", username: "u", password: "p" }],
    },
    { name: "entries kept by a helper", config: { auths: { "r.example": {} }, credsStore: "x" }, want: [] },
    { name: "no auths but helpers", config: { credHelpers: { "r.example": "ecr" } }, want: [] },
  ])("reads $name", ({ config, want }) => {
    expect(parseDockerConfig(JSON.stringify(config), "config.json")).toEqual(want);
  });

  it.each([
    { name: "no JSON", text: "{secret", why: "secret ns/pull: are not a JSON object" },
    {
      name: "an auth without a colon",
      text: JSON.stringify({ auths: { r: auth("hidden") } }),
      why: 'auths["r"].auth',
    },
    { name: "auths of another type", text: '{"auths":[]}', why: "auths must be an object" },
  ])("refuses $name without quoting it", ({ text, why }) => {
    let message = "";
    try {
      parseDockerConfig(text, "secret ns/pull");
    } catch (error) {
      message = String(error);
      expect(error).toMatchObject({ code: "CREDENTIALS_INVALID" });
    }
    expect(message).toContain(why);
    expect(message).not.toContain("hidden");
    expect(message).not.toContain("{secret");
  });
});

describe("credentialsFor", () => {
  // Cases of the Kubernetes documentation, "Interpretation of config.json", and of its prefix and port rules.
  it.each([
    { pattern: "*.kubernetes.io", image: "abc.kubernetes.io/a", fits: true },
    { pattern: "*.kubernetes.io", image: "kubernetes.io/a", fits: false },
    { pattern: "*.*.kubernetes.io", image: "abc.kubernetes.io/a", fits: false },
    { pattern: "*.*.kubernetes.io", image: "abc.def.kubernetes.io/a", fits: true },
    { pattern: "prefix.*.io", image: "prefix.kubernetes.io/a", fits: true },
    { pattern: "*-good.kubernetes.io", image: "prefix-good.kubernetes.io/a", fits: true },
    { pattern: "my-registry.example/images", image: "my-registry.example/images/my-image", fits: true },
    { pattern: "my-registry.example/images", image: "my-registry.example/other", fits: false },
    { pattern: "r.example:8443", image: "r.example:8443/a", fits: true },
    { pattern: "r.example", image: "r.example:8443/a", fits: false },
    { pattern: "r.example:8443", image: "r.example/a", fits: false },
    { pattern: "https://r.example/v2/", image: "r.example/a", fits: true },
    { pattern: "http://r.example/v1/team", image: "r.example/team/a", fits: true },
    { pattern: "https://index.docker.io/v1/", image: "alpine", fits: true },
    { pattern: "docker.io", image: "grafana/loki", fits: true },
    { pattern: "docker.io/other", image: "grafana/loki", fits: false },
    { pattern: "localhost:5000", image: "localhost:5000/a", fits: true },
  ])("$pattern for $image: $fits", ({ pattern, image, fits }) => {
    const found = credentialsFor(parseReference(image), [{ pattern, username: "u" }]);
    expect(found.length === 1).toBe(fits);
  });

  it("puts the most specific first", () => {
    const all = ["r.example", "r.example/team/app", "*.example", "r.example/team"].map((pattern) => ({
      pattern,
    }));
    const found = credentialsFor(parseReference("r.example/team/app"), all);
    expect(found.map(({ pattern }) => pattern)).toEqual([
      "r.example/team/app",
      "r.example/team",
      "r.example",
      "*.example",
    ]);
  });
});

it.each([
  ["*", "", true],
  ["a*c", "abbbc", true],
  ["a*c", "abbb", false],
  ["[a-c]?", "bz", true],
  ["[^a-c]", "b", false],
  ["[a", "a", false],
  ["*a".repeat(50), "a".repeat(200) + "b", false],
])("glob %s on %s is %s", (glob, text, want) => {
  expect(globMatches(glob, text)).toBe(want);
});
