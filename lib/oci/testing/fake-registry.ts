// SPDX-License-Identifier: Apache-2.0
/** A registry on loopback that fails on demand; for tests of what clients do then. Push and pull, no listing. */
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { digestOf, hexOf } from "../../digest.ts";
import type { Digest } from "../../digest.ts";
import { parseManifest } from "../manifest.ts";
import { mediaTypes } from "../media-types.ts";

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Return true when the request has been answered (or is meant to hang). */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean | undefined;

export interface FakeRegistry {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly origin: string;
  readonly requests: SeenRequest[];
  readonly manifests: Map<string, { readonly bytes: Uint8Array; readonly mediaType: string }>;
  readonly blobs: Map<string, Uint8Array>;
  /** Looks at each request first. */
  intercept: Intercept | undefined;
  /** Serves a layout's first image (or index) as `repository:tag` and by digest. */
  serve(layout: string, repository: string, tag: string): Digest;
  close(): Promise<void>;
}

export interface FakeRegistryOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function startFakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const registry: Omit<FakeRegistry, "host" | "origin" | "close"> = {
    requests: [],
    manifests: new Map(),
    blobs: new Map(),
    intercept: undefined,
    serve(layout, repository, tag) {
      return serveLayout(registry, layout, repository, tag);
    },
  };
  const listener: RequestListener = (request, response) => {
    const { method = "", url = "", headers } = request;
    registry.requests.push({ method, url, headers });
    if (registry.intercept?.(request, response) !== true) answer(registry, request, response);
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const origin = `${options.tls === undefined ? "http" : "https"}://${host}`;
  return Object.assign(registry, { host, origin, close: () => closeServer(server) });
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

type Store = Pick<FakeRegistry, "manifests" | "blobs">;

function serveLayout(registry: Store, layout: string, repository: string, tag: string): Digest {
  const blob = (digest: Digest): Uint8Array => readFileSync(join(layout, "blobs", "sha256", hexOf(digest)));
  const add = (digest: Digest, mediaType: string): void => {
    const document = parseManifest(blob(digest), mediaType, layout);
    registry.manifests.set(`${repository}/${digest}`, { bytes: document.bytes, mediaType });
    const { content } = document;
    if (content.kind === "index") for (const entry of content.manifests) add(entry.digest, entry.mediaType);
    else
      for (const { digest: part } of [content.config, ...content.layers])
        registry.blobs.set(part, blob(part));
  };
  const index = parseManifest(readFileSync(join(layout, "index.json")), mediaTypes.ociIndex, layout);
  const first = index.content.kind === "index" ? index.content.manifests[0] : undefined;
  if (first === undefined) throw new Error(`${layout} is empty`);
  add(first.digest, first.mediaType);
  registry.manifests.set(`${repository}/${tag}`, { bytes: blob(first.digest), mediaType: first.mediaType });
  return first.digest;
}

function answer(registry: Store, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "", "http://registry");
  const [, repository = "", kind = "", name = ""] =
    /^\/v2\/(.+)\/(manifests|blobs\/uploads|blobs)\/(.*)$/.exec(url.pathname) ?? [];
  const writing = request.method !== "GET" && request.method !== "HEAD";
  if (writing)
    receive(registry, request, response, { repository, kind, name, digest: url.searchParams.get("digest") });
  else if (kind === "manifests") sendManifest(registry, request, response, `${repository}/${name}`);
  else sendBlob(registry, request, response, name);
}

function sendManifest(
  registry: Store,
  request: IncomingMessage,
  response: ServerResponse,
  key: string,
): void {
  const found = registry.manifests.get(key);
  if (found === undefined) {
    fail(response, 404, "MANIFEST_UNKNOWN");
    return;
  }
  response.writeHead(200, {
    "content-type": found.mediaType,
    "content-length": found.bytes.length,
    "docker-content-digest": digestOf(found.bytes),
  });
  response.end(request.method === "HEAD" ? undefined : found.bytes);
}

function sendBlob(registry: Store, request: IncomingMessage, response: ServerResponse, digest: string): void {
  const bytes = registry.blobs.get(digest);
  if (bytes === undefined) {
    fail(response, 404, "BLOB_UNKNOWN");
    return;
  }
  const start = /^bytes=([0-9]+)-$/.exec(request.headers.range ?? "")?.[1];
  const rest = start === undefined ? bytes : bytes.subarray(Number(start));
  const range =
    start === undefined ? {} : { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(start === undefined ? 200 : 206, { "content-length": rest.length, ...range });
  response.end(request.method === "HEAD" ? undefined : rest);
}

interface Upload {
  readonly repository: string;
  readonly kind: string;
  readonly name: string;
  readonly digest: string | null;
}

const uploads = new Map<string, Uint8Array[]>();

function receive(registry: Store, request: IncomingMessage, response: ServerResponse, upload: Upload): void {
  const parts: Uint8Array[] = [];
  request.on("data", (part: Uint8Array) => parts.push(part));
  request.on("end", () => {
    const bytes = Buffer.concat(parts);
    const { repository, kind, name, digest } = upload;
    if (kind === "manifests") {
      const mediaType = request.headers["content-type"] ?? "";
      registry.manifests.set(`${repository}/${name}`, { bytes, mediaType });
      registry.manifests.set(`${repository}/${digestOf(bytes)}`, { bytes, mediaType });
      response.writeHead(201).end();
      return;
    }
    const id = name === "" ? String(uploads.size + 1) : name;
    const all = [...(uploads.get(id) ?? []), bytes];
    uploads.set(id, all);
    if (request.method !== "PUT") {
      response.writeHead(202, { location: `/v2/${repository}/blobs/uploads/${id}?state=1` }).end();
      return;
    }
    const whole = Buffer.concat(all);
    if (digestOf(whole) !== digest) {
      fail(response, 400, "DIGEST_INVALID");
      return;
    }
    registry.blobs.set(digest, whole);
    response.writeHead(201).end();
  });
}

/** An error as the distribution spec shapes it. */
export function fail(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll("_", " ") }] }));
}
