// SPDX-License-Identifier: Apache-2.0
/** One HTTP request over undici: TLS trust, proxies, time limits, and redirects that never carry a login elsewhere. */
import { createSecureContext, getCACertificates } from "node:tls";
import { Agent, ProxyAgent } from "undici";
import type { Dispatcher } from "undici";
import { proxyFor } from "./proxy.ts";
import type { ProxySettings } from "./proxy.ts";

const MAX_REDIRECTS = 5;
const DISCARD_LIMIT = 64 * 1024;

export interface TransportSettings {
  readonly proxy?: ProxySettings;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** From request to response headers. Default 30 s. */
  readonly headersTimeoutMs?: number;
  /** Longest silence within a body. Default 30 s. */
  readonly idleTimeoutMs?: number;
  readonly userAgent?: string;
}

/** What differs between the clients that share the transport. */
export interface TransportRules {
  /** PEM certificates trusted for a URL beside the system's and the request's own. */
  trusted?(url: URL): readonly string[];
  /** The error for a redirect that is not followed. */
  refuse(url: URL, why: string): Error;
}

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Called once for each try. */
  readonly body?: () => NonNullable<Dispatcher.DispatchOptions["body"]>;
  readonly signal?: AbortSignal | undefined;
  /** PEM certificates trusted for this request and where it is redirected to. */
  readonly ca?: readonly string[] | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  /** Must be read to its end, destroyed or discarded. */
  readonly body: Dispatcher.ResponseData["body"];
}

export class Transport {
  readonly #settings: TransportSettings;
  readonly #rules: TransportRules;
  readonly #dispatchers = new Map<string, Dispatcher>();

  constructor(settings: TransportSettings, rules: TransportRules) {
    this.#settings = settings;
    this.#rules = rules;
  }

  /** One try. Throws what undici throws. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    let { url } = request;
    let headers = request.headers;
    for (let hop = 0; ; hop++) {
      const response = await this.#request(request, url, headers);
      const location = redirectOf(request, response);
      if (location === undefined) return response;
      await discard(response);
      const refuse = (why: string): Error => this.#rules.refuse(request.url, why);
      if (hop >= MAX_REDIRECTS) throw refuse(`redirected more than ${MAX_REDIRECTS} times`);
      const next = URL.parse(location, url.href);
      if (next === null || !/^https?:$/.test(next.protocol)) throw refuse("redirected to no usable URL");
      if (url.protocol === "https:" && next.protocol === "http:") {
        throw refuse(`redirected to plain HTTP at ${next.host}, which is refused`);
      }
      if (next.origin !== url.origin) headers = withoutLogin(headers);
      url = next;
    }
  }

  async close(): Promise<void> {
    const all = [...this.#dispatchers.values()];
    this.#dispatchers.clear();
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  async #request(
    request: HttpRequest,
    url: URL,
    headers: Readonly<Record<string, string>>,
  ): Promise<HttpResponse> {
    const response = await this.#dispatcher(url, request.ca ?? []).request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: { "user-agent": this.#settings.userAgent ?? "stellaops", ...headers },
      body: request.body?.() ?? null,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      headersTimeout: this.#settings.headersTimeoutMs ?? 30_000,
      bodyTimeout: this.#settings.idleTimeoutMs ?? 30_000,
    });
    // Whoever reads it is told by the read; a body that is let go must not end the process with its error.
    response.body.on("error", () => undefined);
    return { status: response.statusCode, headers: flatten(response.headers), url, body: response.body };
  }

  /** Connections are shared by all requests with the same trust and the same proxy. */
  #dispatcher(url: URL, inherited: readonly string[]): Dispatcher {
    const ca = url.protocol === "https:" ? [...inherited, ...(this.#rules.trusted?.(url) ?? [])] : [];
    const proxy = proxyFor(url, this.#settings.proxy);
    const key = [proxy ?? "", ...new Set(ca)].join("\n");
    const known = this.#dispatchers.get(key);
    if (known !== undefined) return known;
    const made = this.#makeDispatcher(proxy, ca);
    this.#dispatchers.set(key, made);
    return made;
  }

  #makeDispatcher(proxy: string | undefined, ca: readonly string[]): Dispatcher {
    const timeout = this.#settings.connectTimeoutMs ?? 10_000;
    const secureContext =
      ca.length === 0 ? undefined : createSecureContext({ ca: [...getCACertificates("default"), ...ca] });
    const connect = { timeout, ...(secureContext === undefined ? {} : { secureContext }) };
    const options = { connect, connectTimeout: timeout, allowH2: false, pipelining: 1 };
    return proxy === undefined
      ? new Agent(options)
      : new ProxyAgent({ ...options, uri: proxy, requestTls: connect });
  }
}

/** Reads a little to keep the connection, or drops it. Never throws. */
export async function discard(response: HttpResponse): Promise<void> {
  try {
    await response.body.dump({ limit: DISCARD_LIMIT });
  } catch {
    response.body.destroy();
  }
}

function redirectOf(request: HttpRequest, response: HttpResponse): string | undefined {
  const reading = request.method === "GET" || request.method === "HEAD";
  const follow = reading ? [301, 302, 303, 307, 308] : [307, 308];
  return follow.includes(response.status) ? response.headers["location"] : undefined;
}

function withoutLogin(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const secret = new Set(["authorization", "cookie"]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.has(name.toLowerCase())));
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}
