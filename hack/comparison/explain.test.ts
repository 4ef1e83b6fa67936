// SPDX-License-Identifier: Apache-2.0
/** Which evidence leads to which explanation, and what stays open. */
import { expect, it } from "vitest";
import type { Difference } from "./compare.ts";
import { explain, MISSED, UNEXPLAINED } from "./explain.ts";

const difference = (given: Partial<Difference>, type = "npm", name = "a", version = "1"): Difference => ({
  package: { type, name, version },
  by: "peer",
  isTrue: false,
  paths: [],
  others: [],
  ...given,
});
const other = (type: string, name: string, version: string) => ({ others: [{ type, name, version }] });

it.each<{ name: string; given: Difference; peer?: string; want: RegExp }>([
  { name: "a package that we lack", given: difference({ isTrue: true }), want: new RegExp(`^${MISSED}$`) },
  {
    name: "a package that we lack, in a test folder",
    given: difference({ isTrue: true, paths: ["x/test/a/package.json"] }),
    want: new RegExp(`^${MISSED}$`),
  },
  { name: "one that only we have", given: difference({ by: "us" }), want: new RegExp(`^${UNEXPLAINED}$`) },
  { name: "one that only the peer has", given: difference({}), want: new RegExp(`^${UNEXPLAINED}$`) },
  { name: "test data", given: difference({ paths: ["x/test/a/package.json"] }), want: /test data/ },
  {
    name: "test data and elsewhere",
    given: difference({ paths: ["x/test/a/package.json", "a/package.json"] }),
    want: /own package\.json|UNEXPLAINED/,
  },
  {
    name: "no version",
    given: difference({ paths: ["node_modules/a/lib/package.json"] }, "npm", "a", ""),
    want: /without a version/,
  },
  { name: "the project", given: difference({ paths: ["srv/app/package.json"] }), want: /project itself/ },
  { name: "a binary", given: difference({ by: "us" }, "generic", "libc.so.6", ""), want: /no package owns/ },
  {
    name: "Go in lower case",
    given: difference(other("golang", "github.com/A/b", "1"), "golang", "github.com/a/b"),
    want: /lower case/,
  },
  {
    name: "Go, guessed",
    given: difference(other("golang", "a", ""), "golang", "a", "0.0.0-2024"),
    want: /version control stamps/,
  },
  {
    name: "Debian's own, trivy",
    given: difference(
      { by: "us", isTrue: true, paths: ["usr/lib/python3/dist-packages/six.egg-info"] },
      "pypi",
    ),
    peer: "trivy",
    want: /leaves out/,
  },
  {
    name: "Debian's own, syft",
    given: difference(
      { by: "us", isTrue: true, paths: ["usr/lib/python3/dist-packages/six.egg-info"] },
      "pypi",
    ),
    want: /UNEXPLAINED/,
  },
  {
    name: "a jar without a group",
    given: difference({ by: "us" }, "maven", "spring-core", "6"),
    want: /names no Maven group/,
  },
  {
    name: "a jar whose group only the peer has",
    given: difference(
      { isTrue: true, ...other("maven", "spring-core", "6") },
      "maven",
      "org.springframework/spring-core",
      "6",
    ),
    want: /WITHOUT ITS GROUP/,
  },
  {
    name: "a jar that only the peer has",
    given: difference({ isTrue: true, paths: ["a.jar"] }, "maven", "org.a/a"),
    want: new RegExp(`^${MISSED}$`),
  },
  {
    name: "a jar whose group the peer has wrong",
    given: difference({ by: "us", isTrue: true, ...other("maven", "b.c/a", "1") }, "maven", "b/a"),
    want: /guesses another group/,
  },
  {
    name: "a jar whose group we have wrong",
    given: difference({ isTrue: true, ...other("maven", "c/a", "1") }, "maven", "b/a"),
    want: /WE STATE ANOTHER GROUP/,
  },
  {
    name: "a guessed group",
    given: difference({ paths: ["a.jar"] }, "maven", "a.Main/a"),
    want: /guessed/,
  },
  {
    name: "a jar for the database",
    given: difference({ by: "us", isTrue: true, paths: ["a.jar!/META-INF/MANIFEST.MF"] }, "maven", "org.a/a"),
    peer: "trivy",
    want: /Java database/,
  },
  { name: "a DLL", given: difference({ paths: ["a/X.dll"] }, "nuget"), want: /DLL's resources/ },
  {
    name: "a project",
    given: difference({ paths: ["a/X.deps.json"] }, "nuget"),
    want: /project, a reference/,
  },
])("$name", ({ given, peer = "syft", want }) => {
  expect(explain(given, peer)).toMatch(want);
});
