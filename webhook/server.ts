// SPDX-License-Identifier: Apache-2.0
/** HTTPS in front of reviews: bounded bodies, certificates read anew when their files change. */
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { codeOf, errorKinds, kindOf, messageOf } from "#lib/errors.ts";

export interface ServerOptions {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly port: number;
  readonly host?: string;
  /** Answers to AdmissionReviews, by path: `/admit`. */
  readonly routes: ReadonlyMap<string, (body: string) => Promise<string>>;
  readonly failed: (error: unknown) => void;
  /** How often the certificate's file is looked at; milliseconds. */
  readonly reloadMs?: number;
}

/** An AdmissionReview holds an object and its former self; the API server takes requests of 3 MiB at most. */
const MAX_BODY = 8 * 1024 * 1024;

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = createServer(
    { ...readCertificate(options), minVersion: "TLSv1.2", requestTimeout: 30_000, headersTimeout: 10_000 },
    (request, response) => void handle(request, response, options),
  );
  let seen = stampOf(options);
  const timer = setInterval(() => {
    try {
      const stamp = stampOf(options);
      if (stamp === seen) return;
      server.setSecureContext(readCertificate(options));
      seen = stamp;
    } catch (error) {
      options.failed(error);
    }
  }, options.reloadMs ?? 5_000);
  timer.unref();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        clearInterval(timer);
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
): Promise<void> {
  try {
    const route = options.routes.get(request.url?.split("?")[0] ?? "");
    if (request.method !== "POST" || route === undefined) {
      const message = `here are POST ${[...options.routes.keys()].join(" and POST ")}`;
      answer(response, 404, JSON.stringify({ code: "NOT_FOUND", message }));
      return;
    }
    const body = await readBody(request);
    if (body === undefined) {
      answer(response, 413, JSON.stringify({ code: "BODY_TOO_LARGE", message: `over ${MAX_BODY} bytes` }));
      return;
    }
    answer(response, 200, await route(body));
  } catch (error) {
    const kind = kindOf(error);
    if (kind === "bug") options.failed(error);
    const message = kind === "bug" ? "internal error" : messageOf(error);
    answer(response, errorKinds[kind].http, JSON.stringify({ code: codeOf(error), message }));
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function answer(response: ServerResponse, status: number, body: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    "content-type": "application/json",
    ...(status === 413 ? { connection: "close" } : {}),
  });
  response.end(body);
}

const readCertificate = (options: ServerOptions) => ({
  cert: readFileSync(options.certificateFile),
  key: readFileSync(options.keyFile),
});

const stampOf = (options: ServerOptions): string =>
  [options.certificateFile, options.keyFile].map((file) => statSync(file).mtimeMs).join("/");
