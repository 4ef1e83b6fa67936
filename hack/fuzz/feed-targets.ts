// SPDX-License-Identifier: Apache-2.0
/** Readers of the lists that places on the web keep of their documents. */
import { parseDocument } from "#engines/evaluation/advisories/documents/parse.ts";
import {
  archiveName,
  changesListing,
  indexListing,
} from "#engines/evaluation/advisories/layouts/csaf-directory.ts";
import { readProvider } from "#engines/evaluation/advisories/layouts/csaf-provider.ts";
import { osvListing } from "#engines/evaluation/advisories/layouts/osv-bucket.ts";
import { readRolie } from "#engines/evaluation/advisories/layouts/rolie-feed.ts";
import { readRepository } from "#engines/evaluation/advisories/layouts/vex-repository.ts";
import { defaultLimits } from "#engines/evaluation/advisories/limits.ts";
import type { Seed, Target } from "./target.ts";

const seed = (name: string, content: string): Seed => ({ name, bytes: Buffer.from(content) });
const json = (name: string, value: unknown): Seed => seed(name, JSON.stringify(value));
const valueOf = (bytes: Buffer): unknown => parseDocument("fuzz", "json", bytes, defaultLimits).value;
const at = new URL("https://p.example/csaf/feed.json");

const provider = {
  distributions: [
    { rolie: { feeds: [{ url: "https://p.example/white.json", tlp_label: "WHITE" }] } },
    { directory_url: "https://p.example/csaf/" },
    { directory: { url: "https://p.example/c/", tlp_label: "RED" } },
  ],
  public_openpgp_keys: [{}],
};
const feed = {
  entry: [
    {
      updated: "2024-01-01T00:00:00Z",
      content: { src: "https://p.example/csaf/2024/a.json" },
      link: [
        { rel: "hash", href: "2024/a.json.sha512" },
        { rel: "signature", href: "2024/a.json.asc" },
      ],
    },
    { updated: "2024-01-01T00:00:00Z", link: [{ rel: "self", href: "2024/b.json" }] },
  ],
};
const repository = {
  spec_version: "0.1",
  locations: [{ url: "https://g.example/o/r/archive/main.tar.gz//r-main" }],
  update_interval: "4h30m",
};

export const feedTargets: readonly Target[] = [
  {
    name: "layouts/osv",
    seeds: () => [
      seed("modified_id.csv", "2024-02-01T00:00:00.5Z,GHSA-1\n2024-01-01T00:00:00Z,SUSE-SU-2021:1-1\r\n"),
    ],
    run: (_, bytes) => [...osvListing(bytes.toString("utf8"), "b/npm")],
  },
  {
    name: "layouts/csaf",
    seeds: () => [
      seed("changes.csv", '"2020/a-1.json","2020-07-01T10:09:07Z"\n"2018/a-2.json","2020-07-01T10:09:01Z"\n'),
      seed("from the top", "csaf_files/OT/white/2024/icsa-1.json,2024-09-10T06:00:00.000000Z\n"),
    ],
    run: (_, bytes) => [...changesListing(bytes.toString("utf8"), "h/csaf_files/OT/white")],
  },
  {
    name: "layouts/csaf index",
    seeds: () => [
      seed("index.txt", "2024/a.json\n2024/a.json.asc\n2024/b.json\n"),
      seed("archive", "a-2024-01-31.tar.zst\n"),
    ],
    run: ({ name }, bytes) => {
      const text = bytes.toString("utf8");
      return name === "archive" ? archiveName(text, "h/x") : [...indexListing(text, "h/x")];
    },
  },
  {
    name: "layouts/csaf provider",
    seeds: () => [json("provider-metadata.json", provider)],
    run: (_, bytes) => readProvider(valueOf(bytes), "fuzz", false),
  },
  {
    name: "layouts/rolie",
    seeds: () => [json("feed.json", { feed })],
    run: (_, bytes) => readRolie(valueOf(bytes), "fuzz", at),
  },
  {
    name: "layouts/vex-repository",
    seeds: () => [
      json("a list", { versions: [repository] }),
      json("a map", { versions: { v0: repository } }),
    ],
    run: (_, bytes) => readRepository(valueOf(bytes), "fuzz"),
  },
];
