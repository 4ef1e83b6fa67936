// SPDX-License-Identifier: Apache-2.0
/** Lines that package managers' tools print. */
import { describe, expect, it } from "vitest";
import {
  apkDatabase,
  dotnetDeps,
  dpkgQuery,
  goVersion,
  keyOf,
  mavenRepository,
  npmList,
  packageList,
  pipList,
  rpmQuery,
  rustAuditInfo,
} from "./truth.ts";
import type { Package } from "./truth.ts";

const go = `server: go1.26.8
\tpath\texample/server
\tmod\texample\t(devel)\t
\tdep\tgithub.com/a/b\tv1.2.3\th1:x=
\tdep\tgolang.org/x/net\tv0.1.0
\t=>\texample.org/fork\tv0.2.0\th1:y=
\tbuild\t-trimpath=true
`;
const npm = `/srv/app:app@1.0.0
/srv/app/node_modules/@a/b:@a/b@2.0.0
/srv/app/node_modules/old:old@npm:lodash@4.17.15
/srv/app/node_modules/c:c@3.0.0-rc.1:undefined
`;
const maven = ["org/a/b/1.0/b-1.0.jar", "org/a/b/2.0/b-2.0.jar", "org/a/b/1.0/b-1.0.pom"];
const audit = {
  packages: [
    { name: "a", version: "1.0.0" },
    { name: "cc", version: "1", kind: "build" },
  ],
};
const deps = {
  runtimeTarget: { name: "net8" },
  targets: {
    net8: {
      "App/1.0.0": { runtime: { "App.dll": {} } },
      "Newtonsoft.Json/13.0.1": { runtime: { "lib/net6/Newtonsoft.Json.dll": {} } },
      "Gone/1.0.0": { runtime: { "lib/net6/Gone.dll": {} } },
      "Reference.Only/1.0.0": { dependencies: {} },
    },
  },
  libraries: {
    "App/1.0.0": { type: "project" },
    "Newtonsoft.Json/13.0.1": { type: "package" },
    "Gone/1.0.0": { type: "package" },
    "Reference.Only/1.0.0": { type: "package" },
  },
};
const isThere = (file: string): boolean => file !== "Gone.dll";

describe("truth", () => {
  it.each<{ name: string; read: readonly Package[]; want: readonly string[] }>([
    {
      name: "dpkg-query",
      read: dpkgQuery("bash 5.2-2 installed\nold 1:1.0 config-files\n"),
      want: ["deb bash 5.2-2"],
    },
    {
      name: "rpm -qa",
      read: rpmQuery("a 1:2-3\nb 0:4-5\ngpg-pubkey 1-2\n"),
      want: ["rpm a 1:2-3", "rpm b 4-5"],
    },
    { name: "apk", read: apkDatabase("C:Q1\nP:musl\nV:1.2-r0\n\nP:x\n"), want: ["apk musl 1.2-r0"] },
    {
      name: "npm ls",
      read: npmList(npm),
      want: ["npm @a/b 2.0.0", "npm lodash 4.17.15", "npm c 3.0.0-rc.1"],
    },
    {
      name: "pip list",
      read: pipList('[{"name":"Zope.Interface","version":"6"}]'),
      want: ["pypi zope-interface 6"],
    },
    {
      name: "go version -m",
      read: goVersion(go),
      want: [
        "golang stdlib 1.26.8",
        "golang example ",
        "golang github.com/a/b 1.2.3",
        "golang example.org/fork 0.2.0",
      ],
    },
    { name: "a Maven repository", read: mavenRepository(maven, ["b-1.0.jar"]), want: ["maven org.a/b 1.0"] },
    { name: "rust-audit-info", read: rustAuditInfo(JSON.stringify(audit)), want: ["cargo a 1.0.0"] },
    {
      name: "deps.json",
      read: dotnetDeps(JSON.stringify(deps), isThere),
      want: ["nuget Newtonsoft.Json 13.0.1"],
    },
  ])("$name", ({ read, want }) => {
    expect(read.map(keyOf)).toEqual(want);
  });

  it("lists each package once, sorted", () => {
    const b = { type: "npm", name: "b", version: "1" };
    const a = { type: "npm", name: "a", version: "1" };
    expect(packageList([b, a, { ...b }])).toEqual([a, b]);
  });
});
