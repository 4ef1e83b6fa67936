// SPDX-License-Identifier: Apache-2.0
/**
 * A small API server on loopback for tests: create, read, write, page and watch any kind, and misbehave on demand.
 * Real clusters are tested in test/e2e; this one can do what they do only on bad days.
 */
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { KubeClient } from "../client.ts";
import { createKubeClient, type KubeClientOptions } from "../rest-client.ts";
import { fixedCredentials } from "../credentials.ts";
import { FakeFailure, FakeObjects, type Address, type HistoryEvent, type Json } from "./fake-objects.ts";

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly watch: boolean;
}

/** @returns true when it answered, or means to leave the request hanging. */
export type Interceptor = (request: FakeRequest, response: http.ServerResponse) => boolean;

interface Watcher {
  readonly response: http.ServerResponse;
  readonly address: Address;
}

export class FakeApiServer {
  readonly objects = new FakeObjects();
  readonly requests: FakeRequest[] = [];
  /** Asked first, in order; remove them from the list to heal the server. */
  readonly interceptors: Interceptor[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #sockets = new Set<Socket>();
  readonly #waiting: { readonly until: () => boolean; readonly resolve: () => void }[] = [];
  #server = http.createServer();
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  async start(): Promise<void> {
    this.#server = http.createServer((request, response) => void this.#serve(request, response));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    this.objects.onEvent = (event) => this.#tell(event);
  }

  /** Like kill -9: every connection is reset. `start` again takes the same port with the same objects. */
  async kill(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
    this.#watchers.clear();
  }

  client(options: Partial<KubeClientOptions> = {}): KubeClient {
    return createKubeClient({
      credentials: fixedCredentials({ server: this.url }),
      timeoutMs: 15_000,
      ...options,
    });
  }

  /** Resolves when `condition` holds; looked at after each request, event and watch. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ until: condition, resolve }));
  }

  /** Sends text to all open watches as it is. */
  sendRaw(text: string): void {
    for (const { response } of this.#watchers) response.write(text);
  }

  bookmark(version = String(this.objects.version)): void {
    this.sendRaw(line("BOOKMARK", { metadata: { resourceVersion: version } }));
  }

  /** Cuts all watches off at the socket, or ends them as the server does when their time is up. */
  endWatches(how: "cut" | "end"): void {
    for (const { response } of this.#watchers) {
      if (how === "cut") response.socket?.destroy();
      else response.end();
    }
    this.#watchers.clear();
  }

  #checkWaiting(): void {
    for (const entry of [...this.#waiting]) {
      if (!entry.until()) continue;
      this.#waiting.splice(this.#waiting.indexOf(entry), 1);
      entry.resolve();
    }
  }

  async #serve(incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    response.on("error", () => undefined);
    const body = await textOf(incoming);
    const url = new URL(incoming.url ?? "/", this.url);
    const request: FakeRequest = {
      method: incoming.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      body,
      headers: incoming.headers,
      watch: url.searchParams.get("watch") === "1",
    };
    this.requests.push(request);
    if (!this.interceptors.some((intercept) => intercept(request, response))) this.#answer(request, response);
    this.#checkWaiting();
  }

  #answer(request: FakeRequest, response: http.ServerResponse): void {
    try {
      const address = addressOf(request.path);
      if (request.watch) this.#watch(request, address, response);
      else answerJson(response, request.method === "POST" ? 201 : 200, this.#do(request, address));
    } catch (error) {
      const failure =
        error instanceof FakeFailure ? error : new FakeFailure(500, "InternalError", String(error));
      answerJson(response, failure.http, status(failure.http, failure.reason, failure.message));
    }
  }

  #do(request: FakeRequest, address: Address): unknown {
    const body = (request.body === "" ? {} : JSON.parse(request.body)) as Json;
    switch (request.method) {
      case "GET":
        return address.name === undefined ? this.#list(request, address) : this.objects.get(address);
      case "POST":
        return this.objects.create(address, body);
      case "PUT":
        return this.objects.update(address, body);
      case "PATCH":
        return this.objects.patch(
          address,
          body,
          request.headers["content-type"] === "application/apply-patch+yaml",
        );
      case "DELETE":
        return this.objects.delete(address, (body["preconditions"] ?? {}) as Json);
      default:
        throw new FakeFailure(405, "MethodNotAllowed", request.method);
    }
  }

  #list(request: FakeRequest, address: Address): unknown {
    const token = request.query.get("continue");
    const [version = "", after = ""] =
      token === null ? [String(this.objects.version), ""] : (JSON.parse(atob(token)) as string[]);
    if (Number(version) <= this.objects.compacted)
      throw new FakeFailure(410, "Expired", "continue token expired");
    const { items, next } = this.objects.list(address, Number(request.query.get("limit") ?? Infinity), after);
    const more = next === undefined ? {} : { continue: btoa(JSON.stringify([version, next])) };
    return { kind: "List", metadata: { resourceVersion: version, ...more }, items };
  }

  #watch(request: FakeRequest, address: Address, response: http.ServerResponse): void {
    const from = Number(request.query.get("resourceVersion"));
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    if (from <= this.objects.compacted) {
      response.end(line("ERROR", status(410, "Expired", `too old resource version: ${from}`)));
      return;
    }
    const watcher = { response, address };
    for (const event of this.objects.history) if (event.version > from) deliver(watcher, event);
    this.#watchers.add(watcher);
    response.on("close", () => {
      this.#watchers.delete(watcher);
      this.#checkWaiting();
    });
  }

  #tell(event: HistoryEvent): void {
    for (const watcher of this.#watchers) deliver(watcher, event);
    this.#checkWaiting();
  }
}

export async function startFakeApiServer(): Promise<FakeApiServer> {
  const server = new FakeApiServer();
  await server.start();
  return server;
}

export function answerJson(
  response: http.ServerResponse,
  code: number,
  body: unknown,
  headers: http.OutgoingHttpHeaders = {},
): void {
  response.writeHead(code, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export function status(code: number, reason: string, message: string): Json {
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message };
}

/** One watch event as the server writes it. */
export function line(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function deliver({ response, address }: Watcher, event: HistoryEvent): void {
  if (event.collection !== address.collection) return;
  if (address.namespace !== undefined && event.object.metadata.namespace !== address.namespace) return;
  response.write(line(event.type, event.object));
}

/** `/api/v1/...` and `/apis/GROUP/VERSION/...`, with or without a namespace. */
function addressOf(path: string): Address {
  const parts = path.split("/").filter((part) => part !== "");
  const group = parts[0] === "api" ? "" : (parts[1] ?? "");
  const rest = parts.slice(parts[0] === "api" ? 2 : 3);
  const namespace = rest[0] === "namespaces" && rest.length > 2 ? rest[1] : undefined;
  const [plural = "", name, subresource] = namespace === undefined ? rest : rest.slice(2);
  return { collection: `${group}/${plural}`, namespace, name, subresource };
}

async function textOf(incoming: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
