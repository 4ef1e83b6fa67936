// SPDX-License-Identifier: Apache-2.0
/** Lists that places keep of their documents, as they are published and as they could be forged. */
import { describe, expect, it } from "vitest";
import { archiveName, changesListing, dayIn, indexListing } from "./csaf-directory.ts";
import { readProvider } from "./csaf-provider.ts";
import { changesSince, isSameState } from "./listing.ts";
import { osvIdOf, osvListing, osvUrls } from "./osv-bucket.ts";
import { readRolie } from "./rolie-feed.ts";
import { readRepository } from "./vex-repository.ts";

const unreadable = (says: string): Error =>
  expect.objectContaining({
    code: "FEED_UNREADABLE",
    message: expect.stringContaining(says) as string,
  }) as Error;

describe("changesSince", () => {
  it("tells new, changed, unmarked and vanished documents", () => {
    const listing = new Map([
      ["f/same.json", "2024-01-01T00:00:00Z"],
      ["f/fraction.json", "2024-01-01T00:00:00.123456Z"],
      ["f/changed.json", "2024-02-01T00:00:00Z"],
      ["f/new.json", "2024-02-01T00:00:00Z"],
      ["f/unmarked.json", undefined],
    ]);
    const before = new Map([
      ["f/same.json", "2024-01-01T00:00:00Z"],
      ["f/fraction.json", "2024-01-01T00:00:00Z"],
      ["f/changed.json", "2024-01-01T00:00:00Z"],
      ["f/unmarked.json", undefined],
      ["f/gone.json", "2024-01-01T00:00:00Z"],
      ["ff/of-another-folder.json", "2024-01-01T00:00:00Z"],
    ]);
    expect(changesSince(listing, before, "f")).toEqual({
      changed: ["f/changed.json", "f/new.json", "f/unmarked.json"],
      gone: 1,
    });
  });

  it.each([
    ["2024-01-01T00:00:00+02:00", "2023-12-31T22:00:00Z", true],
    ["2024-01-01T00:00:01Z", "2024-01-01T00:00:02Z", false],
    ["mark", "mark", true],
    ["1", "1.0", false],
    ["2024-99-99T00:00:00Z", "2024-98-98T00:00:00Z", false],
  ])("%s and %s: %s", (a, b, want) => {
    expect(isSameState(a, b)).toBe(want);
  });
});

describe("OSV's bucket", () => {
  it.each([
    ["https://osv.example", "npm", "https://osv.example/npm/all.zip", "https://osv.example/npm/A%201.json"],
    [
      "https://m.example/osv/?token=x",
      "GitHub Actions",
      "https://m.example/osv/GitHub%20Actions/all.zip?token=x",
      "https://m.example/osv/GitHub%20Actions/A%201.json?token=x",
    ],
    [
      "https://m.example/",
      "../Debian:12",
      "https://m.example/..%2FDebian%3A12/all.zip",
      "https://m.example/..%2FDebian%3A12/A%201.json",
    ],
  ])("%s has %s at %s", (bucket, ecosystem, zip, record) => {
    const urls = osvUrls(new URL(bucket), ecosystem);
    expect([urls.zip.href, urls.record("A 1").href]).toEqual([zip, record]);
  });

  it("is listed", () => {
    const text = "2024-02-01T00:00:00.5Z,GHSA-1\r\n2024-01-01T00:00:00Z,openSUSE-SU-2021:1-1\n\n";
    const listing = osvListing(text, "b/npm");
    expect([...listing]).toEqual([
      ["b/npm/GHSA-1.json", "2024-02-01T00:00:00.5Z"],
      ["b/npm/openSUSE-SU-2021:1-1.json", "2024-01-01T00:00:00Z"],
    ]);
    expect([...listing.keys()].map(osvIdOf)).toEqual(["GHSA-1", "openSUSE-SU-2021:1-1"]);
  });

  it.each([
    ["", "it lists nothing"],
    ["<!doctype html>\n<html></html>", "line 1 is not 2 short fields"],
    ["2024-01-01T00:00:00Z,../../etc/passwd", "no time and id: ../../etc/passwd"],
    ["2024-01-01T00:00:00Z,..", "no time and id"],
    ["2024-01-01T00:00:00Z,a?b", "no time and id"],
    ["yesterday,GHSA-1", "no time and id"],
    ["2024-01-01T00:00:00Z,GHSA-1,more", "line 1 is not 2 short fields"],
    ['"2024-01-01T00:00:00Z,GHSA-1', "line 1 is not 2 short fields"],
    [`2024-01-01T00:00:00Z,${"x".repeat(100_000)}`, "line 1 is not 2 short fields"],
  ])("is refused when its list is %j", (text, says) => {
    expect(() => osvListing(text, "b/npm")).toThrow(unreadable(says));
  });
});

describe("a CSAF folder", () => {
  it("is listed by changes.csv, a document's latest change first", () => {
    const text =
      '"2020/esa-1.json","2020-07-01T10:09:07Z"\n"2018/esa ""2"".json","2020-07-01T10:09:01Z"\n"2020/esa-1.json","2019-01-01T00:00:00Z"\n';
    expect(() => changesListing(text, "h/csaf")).toThrow(
      unreadable('no path of a document: 2018/esa "2".json'),
    );
    expect([...changesListing(text.replaceAll(' ""2""', "-2"), "h/csaf")]).toEqual([
      ["h/csaf/2020/esa-1.json", "2020-07-01T10:09:07Z"],
      ["h/csaf/2018/esa-2.json", "2020-07-01T10:09:01Z"],
    ]);
  });

  it("may be listed from the top of its repository", () => {
    const text = "csaf_files/OT/white/2024/icsa-1.json,2024-09-10T06:00:00.000000Z\n";
    expect([...changesListing(text, "raw.example/cisagov/CSAF/develop/csaf_files/OT/white").keys()]).toEqual([
      "raw.example/cisagov/CSAF/develop/csaf_files/OT/white/2024/icsa-1.json",
    ]);
    expect([...changesListing("2024/a.json,t\n", "h/2024").keys()]).toEqual(["h/2024/2024/a.json"]);
  });

  it("is listed by index.txt without times", () => {
    expect([...indexListing("2024/a.json\n2024/a.json.asc\n2024/a.json.sha512\n2024/b.json", "h/x")]).toEqual(
      [
        ["h/x/2024/a.json", undefined],
        ["h/x/2024/b.json", undefined],
      ],
    );
  });

  it.each([
    "/etc/passwd.json",
    "../a.json",
    "2024/../../a.json",
    "2024//a.json",
    "https://evil.example/a.json",
    "2024/a.json?x=.json",
    "2024/.a.json",
    "a.xml",
  ])("does not lead to %s", (path) => {
    expect(() => indexListing(path, "h/x")).toThrow(unreadable("no path of a document"));
  });

  it.each([
    ["csaf_vex_2025-01-31.tar.zst\n", Date.parse("2025-01-31T00:00:00Z")],
    ["all.tar.gz", undefined],
    ["v2025-13-41.zip", undefined],
  ])("may have the archive %j", (text, day) => {
    expect(archiveName(text, "h")).toBe(text.trim());
    expect(dayIn(text)).toBe(day);
  });

  it.each(["", "../a.zip", "a/b.zip", "a.exe", "https://evil.example/a.zip", ".zip"])(
    "has no archive %j",
    (text) => {
      expect(() => archiveName(text, "h")).toThrow(unreadable("names no archive"));
    },
  );
});

describe("a CSAF provider", () => {
  const feeds = [
    { url: "https://p.example/white.json", tlp_label: "WHITE" },
    { url: "https://p.example/amber.json", tlp_label: "AMBER" },
  ];
  it.each([
    {
      name: "by its ROLIE feeds, where it has some",
      value: { distributions: [{ rolie: { feeds } }, { directory_url: "https://p.example/csaf/" }] },
      isLetIn: false,
      want: {
        feeds: ["https://p.example/white.json"],
        directories: [],
        restricted: ["https://p.example/amber.json"],
      },
    },
    {
      name: "by all of them with a login",
      value: { distributions: [{ rolie: { feeds } }] },
      isLetIn: true,
      want: {
        feeds: ["https://p.example/amber.json", "https://p.example/white.json"],
        directories: [],
        restricted: [],
      },
    },
    {
      name: "by its folders of 2.0 and 2.1",
      value: {
        distributions: [
          { directory_url: "https://p.example/b/" },
          { directory: { url: "https://p.example/a/", tlp_label: "CLEAR" } },
          { directory: { url: "https://p.example/c/", tlp_label: "RED" } },
        ],
      },
      isLetIn: false,
      want: {
        feeds: [],
        directories: ["https://p.example/a/", "https://p.example/b/"],
        restricted: ["https://p.example/c/"],
      },
    },
    { name: "with nothing", value: {}, isLetIn: false, want: { feeds: [], directories: [], restricted: [] } },
  ])("$name", ({ value, isLetIn, want }) => {
    const { feeds: rolie, directories, restricted } = readProvider(value, "p", isLetIn);
    expect({ feeds: rolie.map(String), directories: directories.map(String), restricted }).toEqual(want);
  });

  it.each([
    [],
    { distributions: [{ directory_url: "file:///etc" }] },
    { distributions: [{ directory_url: "http://[" }] },
    { distributions: "x" },
  ])("is refused as %j", (value) => {
    expect(() => readProvider(value, "p", false)).toThrow(
      expect.objectContaining({ code: "FEED_DOCUMENT_INVALID" }) as Error,
    );
  });
});

describe("a ROLIE feed", () => {
  const at = new URL("https://p.example/csaf/feed.json");
  const entry = (more: object): object => ({ updated: "2024-01-01T00:00:00Z", ...more });
  const link = (rel: string, href: string): object => ({ rel, href });

  it("gives documents with their hash, the stronger one, and whether they are signed", () => {
    const value = {
      feed: {
        entry: [
          entry({
            content: { src: "https://p.example/csaf/2024/a.json" },
            link: [
              link("self", "https://p.example/other.json"),
              link("hash", "https://p.example/csaf/2024/a.json.sha256"),
              link("hash", "https://p.example/csaf/2024/a.json.sha512"),
              link("signature", "https://p.example/csaf/2024/a.json.asc"),
            ],
          }),
          entry({ link: [link("self", "2024/b.json")] }),
          entry({ link: [link("self", "2024/b.json")] }),
        ],
      },
    };
    expect(
      readRolie(value, "f", at).map(({ url, hash, isSigned }) => [url.href, hash?.href, isSigned]),
    ).toEqual([
      ["https://p.example/csaf/2024/a.json", "https://p.example/csaf/2024/a.json.sha512", true],
      ["https://p.example/csaf/2024/b.json", undefined, false],
    ]);
    expect(readRolie({ feed: {} }, "f", at)).toEqual([]);
  });

  it("with an entry of no document is refused", () => {
    expect(() => readRolie({ feed: { entry: [entry({}), entry({})] } }, "f", at)).toThrow(
      unreadable("$.feed.entry[0] has no address"),
    );
    const script = entry({ content: { src: "javascript:alert(1)" } });
    expect(() => readRolie({ feed: { entry: [script] } }, "f", at)).toThrow(unreadable("has no address"));
  });
});

describe("a VEX repository", () => {
  const version = (url: string, more: object = {}): object => ({
    spec_version: "0.1",
    locations: [{ url }],
    ...more,
  });
  it.each([
    {
      name: "with a list of versions and a folder in its archive",
      versions: [version("https://g.example/o/r/archive/main.tar.gz//r-main", { update_interval: "4h" })],
      want: { locations: [["https://g.example/o/r/archive/main.tar.gz", "r-main"]], intervalMs: 14_400_000 },
    },
    {
      name: "with a map of versions",
      versions: {
        v0: { ...version("https://h.example/a.zip"), spec_version: "v0.1" },
        v1: { ...version("x"), spec_version: "v1.0" },
      },
      want: { locations: [["https://h.example/a.zip", ""]], intervalMs: 86_400_000 },
    },
    {
      name: "with an odd interval",
      versions: [version("https://h.example/a.zip", { update_interval: "1.5h" })],
      want: { locations: [["https://h.example/a.zip", ""]], intervalMs: 86_400_000 },
    },
    {
      name: "with an interval that would hide it for years",
      versions: [version("https://h.example/a.zip", { update_interval: "99999h" })],
      want: { locations: [["https://h.example/a.zip", ""]], intervalMs: 604_800_000 },
    },
  ])("$name", ({ versions, want }) => {
    const { locations, intervalMs } = readRepository({ versions }, "v");
    expect({ locations: locations.map(({ url, folder }) => [url.href, folder]), intervalMs }).toEqual(want);
  });

  it.each([
    [[version("https://h.example/a.zip", { spec_version: "1.0" })], "no version 0.1"],
    [[version("oci://h.example/a")], "no web address"],
    [[], "no version 0.1"],
  ])("is refused as %j", (versions, says) => {
    expect(() => readRepository({ versions }, "v")).toThrow(unreadable(says));
  });
});
