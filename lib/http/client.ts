// SPDX-License-Identifier: Apache-2.0
/** GET with everything around it: a rate limit, a login for chosen origins, bounded retries, errors in our words. */
import { StellaError } from "../errors.ts";
import { httpErrors, urlText } from "./errors.ts";
import { networkFault } from "./network-fault.ts";
import { systemPorts } from "./ports.ts";
import type { HttpPorts } from "./ports.ts";
import { Retryable, retryAfterMs, withRetry } from "./retry.ts";
import type { RetrySettings } from "./retry.ts";
import { Transport, discard } from "./transport.ts";
import type { HttpResponse, TransportSettings } from "./transport.ts";

export interface ClientSettings extends TransportSettings, RetrySettings {
  /** PEM certificates trusted beside the system's own. */
  readonly ca?: readonly string[];
  /** Evenly spread, tries and followed redirects not counted apart. Absent: no limit. */
  readonly requestsPerSecond?: number;
  readonly login?: Login;
}

export interface Login {
  /** Value of the Authorization header. Secret. */
  readonly header: string;
  /** Where it is sent, and nowhere else: `https://host[:port]`. */
  readonly origins: readonly string[];
}

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const CURES = {
  trust: "; give the CA that it chains to",
  plain: "; its URL begins with http:// if it may go without",
} as const;

export class HttpClient {
  readonly settings: ClientSettings;
  readonly ports: HttpPorts;
  readonly #transport: Transport;
  /** When the next request may start; milliseconds of the clock. */
  #nextAt = 0;

  constructor(settings: ClientSettings = {}, ports: HttpPorts = systemPorts) {
    this.settings = settings;
    this.ports = ports;
    this.#transport = new Transport(settings, {
      trusted: () => settings.ca ?? [],
      refuse: (url, why) => httpErrors.make("HTTP_UNAVAILABLE", `${urlText(url)} ${why}`),
    });
  }

  /**
   * An answer of 200, 206, 304 or 416, its body not yet read.
   * @throws HTTP_UNAVAILABLE, HTTP_THROTTLED, HTTP_DENIED, HTTP_MISSING
   */
  get(url: URL, options: GetOptions = {}): Promise<HttpResponse> {
    return withRetry(this.settings, this.ports, options.signal, () => this.#once(url, options));
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #once(url: URL, { headers, signal }: GetOptions): Promise<HttpResponse> {
    await this.#turn(signal);
    const { login } = this.settings;
    const authorization: Record<string, string> =
      login?.origins.includes(url.origin) === true ? { authorization: login.header } : {};
    const response = await this.#transport
      .send({ method: "GET", url, headers: { ...headers, ...authorization }, signal })
      .catch((error: unknown) => {
        throw networkFailure(error, url);
      });
    if ([200, 206, 304, 416].includes(response.status)) return response;
    await discard(response);
    throw statusFailure(url, response, this.ports.clock.now());
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    const { requestsPerSecond } = this.settings;
    if (requestsPerSecond === undefined) return;
    const now = this.ports.clock.now();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + 1000 / requestsPerSecond;
    if (at > now) await this.ports.sleep(Math.ceil(at - now), signal);
  }
}

/** Turns what undici and node:net throw into our errors; Retryable where another try may help. */
export function networkFailure(error: unknown, url: URL): unknown {
  if (error instanceof StellaError || error instanceof Retryable) return error;
  const fault = networkFault(error, url.protocol === "https:");
  if (fault === undefined) return error;
  const cure = fault.cure === undefined ? "" : CURES[fault.cure];
  const made = httpErrors.make("HTTP_UNAVAILABLE", `${urlText(url)}: ${fault.reason}${cure}`, {
    cause: error,
    data: { url: urlText(url), code: fault.code },
  });
  return fault.passing ? new Retryable(made) : made;
}

function statusFailure(url: URL, response: HttpResponse, nowMs: number): Error {
  const { status, headers } = response;
  const afterMs = retryAfterMs(headers["retry-after"], nowMs);
  const where = urlText(url);
  const data = { url: where, status };
  // GitHub and others say 403 where they mean "slower", and tell it by the header.
  if (status === 429 || (status === 403 && afterMs !== undefined)) {
    const wait = afterMs === undefined ? "" : `; it asks to wait ${Math.ceil(afterMs / 1000)} s`;
    const made = httpErrors.make("HTTP_THROTTLED", `${where} limits the rate of requests${wait}`, { data });
    return new Retryable(made, afterMs);
  }
  if (status === 404 || status === 410) {
    return httpErrors.make("HTTP_MISSING", `${where} is not there (${status})`, { data });
  }
  if (status === 401 || status === 403 || status === 407) {
    const who = status === 407 ? "the proxy denied it" : "it is denied";
    return httpErrors.make("HTTP_DENIED", `${where}: ${who} (${status}); check the login`, { data });
  }
  const made = httpErrors.make("HTTP_UNAVAILABLE", `${where} answered ${status}`, { data });
  return status === 408 || status >= 500 ? new Retryable(made, afterMs) : made;
}
