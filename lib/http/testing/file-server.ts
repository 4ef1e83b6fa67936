// SPDX-License-Identifier: Apache-2.0
/** A web server on loopback that serves files from memory as RFC 9110 asks, and fails on demand. */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

export interface ServedFile {
  readonly bytes: Uint8Array;
  /** Further headers, or others; an `etag` of "" leaves it out. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SeenRequest {
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Return true when the request has been answered (or is meant to hang). */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean | undefined;

export interface FileServer {
  readonly port: number;
  readonly origin: string;
  readonly requests: SeenRequest[];
  /** By path with its leading slash, as the request spells it. */
  readonly files: Map<string, ServedFile>;
  /** Looks at each request first. */
  intercept: Intercept | undefined;
  put(path: string, content: string | Uint8Array, headers?: ServedFile["headers"]): void;
  close(): Promise<void>;
}

export interface FileServerOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function startFileServer(options: FileServerOptions = {}): Promise<FileServer> {
  const state: Pick<FileServer, "requests" | "files" | "intercept" | "put"> = {
    requests: [],
    files: new Map(),
    intercept: undefined,
    put(path, content, headers = {}) {
      this.files.set(path, { bytes: Buffer.from(content), headers });
    },
  };
  const listener: RequestListener = (request, response) => {
    state.requests.push({ url: request.url ?? "", headers: request.headers });
    if (state.intercept?.(request, response) !== true) serve(state.files, request, response);
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  const { port, close } = await listening(server);
  const origin = options.tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  return Object.assign(state, { port, origin, close });
}

function serve(files: FileServer["files"], request: IncomingMessage, response: ServerResponse): void {
  const file = files.get((request.url ?? "").split("?")[0] ?? "");
  if (file === undefined) {
    response.writeHead(404).end("no such file");
    return;
  }
  const { bytes } = file;
  const own: Record<string, string> = { etag: etagOf(bytes), ...file.headers };
  const headers = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== ""));
  if (isKnown(request, headers)) {
    response.writeHead(304, headers).end();
    return;
  }
  const start = rangeOf(request, headers);
  if (start === undefined) {
    response.writeHead(200, { "content-length": bytes.length, ...headers }).end(bytes);
  } else if (start >= bytes.length) {
    response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
  } else {
    const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { ...headers, "content-length": bytes.length - start, "content-range": range });
    response.end(bytes.subarray(start));
  }
}

export const etagOf = (bytes: Uint8Array): string =>
  `"${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}"`;

function isKnown({ headers }: IncomingMessage, own: Readonly<Record<string, string>>): boolean {
  const wanted = headers["if-none-match"];
  if (wanted !== undefined) return wanted === own["etag"];
  const since = headers["if-modified-since"];
  return since !== undefined && Date.parse(own["last-modified"] ?? "") <= Date.parse(since);
}

function rangeOf({ headers }: IncomingMessage, own: Readonly<Record<string, string>>): number | undefined {
  const start = /^bytes=([0-9]+)-$/.exec(headers.range ?? "")?.[1];
  const condition = headers["if-range"];
  const holds = condition === undefined || condition === own["etag"] || condition === own["last-modified"];
  return start === undefined || !holds ? undefined : Number(start);
}

/** Sends part of a body announced as longer, then cuts the connection. */
export function cutAfter(
  response: ServerResponse,
  part: Uint8Array,
  headers: Readonly<Record<string, string | number>>,
  status = 200,
): true {
  response.writeHead(status, headers);
  response.write(part, () => response.socket?.destroySoon());
  return true;
}

export interface TunnelProxy {
  readonly origin: string;
  /** `host:port` of each CONNECT. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** A proxy that tunnels (CONNECT) whatever name it is asked for to one port of this machine. */
export async function startTunnelProxy(port: number, password?: string): Promise<TunnelProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(400).end());
  server.on("connect", (request: IncomingMessage, client: Socket) => {
    asked.push(request.url ?? "");
    sockets.add(client);
    const login = `Basic ${Buffer.from(`user:${password ?? ""}`).toString("base64")}`;
    if (password !== undefined && request.headers["proxy-authorization"] !== login) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const target = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      target.pipe(client).pipe(target);
    });
    for (const socket of [client, target]) socket.on("error", () => undefined);
    sockets.add(target);
  });
  const { port: own, close } = await listening(server);
  return {
    origin: `http://127.0.0.1:${own}`,
    asked,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return close();
    },
  };
}

async function listening(
  server: Server & { closeAllConnections?: () => void },
): Promise<{ port: number; close: () => Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> => {
    server.closeAllConnections?.();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { port, close };
}
