// SPDX-License-Identifier: Apache-2.0
/** Feeds by their addresses on the web, wherever the command takes a path of one. */
import { join } from "node:path";
import type { ChangingFeed, FeedBefore, LayoutId } from "#engines/evaluation/index.ts";
import type { FeedProgress } from "#engines/evaluation/advisories/adapters/http-feed.ts";
import { proxiesOf } from "#lib/http/proxy.ts";
import manifest from "../package.json" with { type: "json" };
import { readText } from "./files.ts";
import { progressLine } from "./output.ts";
import { printable } from "./printable.ts";

/** What may be said of an address beside itself. */
export interface WebFlags {
  readonly layout?: LayoutId | undefined;
  readonly ecosystem?: readonly string[] | undefined;
  readonly caFile?: string | undefined;
}

const REQUESTS_PER_SECOND = 10;
const MAX_RETRY_WAIT_MS = 60_000;
const OSV_BUCKET = "osv-vulnerabilities.storage.googleapis.com";

export const isWebAddress = (path: string): boolean => /^https?:\/\//i.test(path);

/** Where downloads lie until they have been read, beside what is kept. */
export const downloadsIn = (folder: string): string => join(folder, "downloads");

/** As it is shown and kept: what stands behind a question mark may be secret. */
export const shownAddress = (address: string): string => address.replace(/[?#].*$/s, "");

/** What an address is kept as: the last part of its path, the ecosystems of a bucket, else its host. */
export function addressName(address: string, { ecosystem = [] }: WebFlags): string {
  const url = URL.parse(address);
  if (url === null) return address;
  if (ecosystem.length > 0) return `${url.host}/${ecosystem.join("+")}`;
  return url.pathname.split("/").findLast((part) => part !== "") ?? url.host;
}

/** As told; else as some addresses tell by themselves. */
function layoutOf(address: string, { layout, ecosystem = [] }: WebFlags): LayoutId {
  if (layout !== undefined) return layout;
  const url = URL.parse(address);
  if (ecosystem.length > 0 || (url?.hostname === OSV_BUCKET && url.pathname === "/")) return "osv";
  const file = url?.pathname.split("/").at(-1);
  if (file === "provider-metadata.json") return "csaf";
  return file === "vex-repository.json" ? "vex-repository" : "document";
}

/** @throws FILE_MISSING of the CA's file, and what `openHttpFeed` throws */
export async function openAddress(
  address: string,
  {
    downloads,
    reader,
    flags = {},
    before,
  }: {
    readonly downloads: string;
    /** By what its documents are read. */
    readonly reader: string;
    readonly flags?: WebFlags;
    readonly before?: FeedBefore | undefined;
  },
): Promise<ChangingFeed> {
  const { openHttpFeed } = await import("#engines/evaluation/advisories/adapters/http-feed.ts");
  const { caFile, ecosystem = [] } = flags;
  const line = progressLine();
  const feed = await openHttpFeed({
    place: {
      urls: [address],
      layout: layoutOf(address, flags),
      ...(ecosystem.length === 0 ? {} : { ecosystems: ecosystem }),
    },
    reader: `${reader} ${manifest.version}`,
    folder: downloads,
    settings: {
      userAgent: `stellaops/${manifest.version}`,
      proxy: proxiesOf(process.env),
      requestsPerSecond: REQUESTS_PER_SECOND,
      maxRetryWaitMs: MAX_RETRY_WAIT_MS,
      ...(caFile === undefined ? {} : { ca: [await readText(caFile)] }),
    },
    ...(before === undefined ? {} : { before }),
    onProgress: (progress) => line.update(progressText(progress)),
  }).catch((error: unknown) => {
    line.done();
    throw error;
  });
  return {
    ...feed,
    close: async () => {
      line.done();
      await feed.close();
    },
  };
}

function progressText({ url, received, total }: FeedProgress): string {
  const of = total === undefined ? "" : ` of ${megabytes(total)}`;
  return printable(`fetching ${url}: ${megabytes(received)}${of} MB`);
}

const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1);
