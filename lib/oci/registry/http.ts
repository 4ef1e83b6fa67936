// SPDX-License-Identifier: Apache-2.0
/** Requests to registries with everything around them: concurrency budget, login, retries, errors in our words. */
import { finished } from "node:stream";
import { ociErrors } from "../errors.ts";
import { Authorizer } from "./authorizer.ts";
import type { Actions } from "./authorizer.ts";
import { Budget } from "./budget.ts";
import { DOCKER_HUB } from "../reference.ts";
import { endpointsOf, hostSettings } from "./endpoints.ts";
import type { Endpoint } from "./endpoints.ts";
import {
  deniedFailure,
  hostOf,
  networkFailure,
  redirectRefused,
  registryMessage,
  statusFailure,
} from "./failures.ts";
import { paced } from "../../http/paced.ts";
import { Retryable, retryAfterMs, withRetry } from "../../http/retry.ts";
import type { HttpPorts } from "../../http/ports.ts";
import type { HeldToken, RegistrySettings } from "./settings.ts";
import { boundedText } from "./tokens.ts";
import { Transport, discard } from "../../http/transport.ts";
import type { HttpRequest, HttpResponse } from "../../http/transport.ts";

const DEFAULT_CONCURRENT = 8;
const MAX_ERROR_BODY = 16 * 1024;
const MIRROR_REST_MS = 60_000;

export interface RegistryRequest {
  readonly method: HttpRequest["method"];
  /** A path below the endpoint (`/v2/...`), or a URL that the registry gave. */
  readonly target: string | URL;
  readonly actions: Actions;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpRequest["body"];
  readonly signal?: AbortSignal | undefined;
}

export class RegistryHttp {
  readonly settings: RegistrySettings;
  readonly ports: HttpPorts;
  readonly #transport: Transport;
  readonly #authorizer: Authorizer;
  readonly #budgets = new Map<string, Budget>();
  /** Mirrors that could not be reached, and until when they are left for last. */
  readonly #resting = new Map<string, number>();

  constructor(settings: RegistrySettings, ports: HttpPorts, held: readonly HeldToken[] = []) {
    this.settings = settings;
    this.ports = ports;
    this.#transport = registryTransport(settings);
    this.#authorizer = new Authorizer({ transport: this.#transport, settings, ports }, held);
  }

  /**
   * Sends and lets `consume` read the answer; both are tried again together. Statuses that reach `consume`: success
   * and 4xx other than 401, 403, 408 and 429.
   * @throws REGISTRY_DENIED, REGISTRY_UNAVAILABLE, REGISTRY_THROTTLED
   */
  fetch<T>(
    endpoint: Endpoint,
    request: RegistryRequest,
    consume: (response: HttpResponse) => Promise<T>,
  ): Promise<T> {
    const settings = endpoint.spare ? { ...this.settings, maxAttempts: 1 } : this.settings;
    return withRetry(settings, this.ports, request.signal, async () => {
      try {
        return await consume(await this.#once(endpoint, request));
      } catch (error) {
        const failure = networkFailure(error, endpoint);
        const broken = failure !== error && endpoint.spare;
        if (broken) this.#resting.set(endpoint.origin, this.ports.clock.now() + MIRROR_REST_MS);
        throw failure;
      }
    });
  }

  /** In the order to try them: a mirror that could not be reached a moment ago comes last. */
  endpoints(name: Pick<Endpoint, "registry" | "repository">): readonly Endpoint[] {
    const all = endpointsOf(name, this.settings);
    const now = this.ports.clock.now();
    const rests = ({ origin }: Endpoint): boolean => (this.#resting.get(origin) ?? 0) > now;
    return [...all.filter((one) => !rests(one)), ...all.filter(rests)];
  }

  /** As `fetch`, for a body that is read afterwards: what breaks then is the reader's to handle. */
  open(endpoint: Endpoint, request: RegistryRequest): Promise<HttpResponse> {
    return this.fetch(endpoint, request, (response) => Promise.resolve(response));
  }

  /** An error for an answer that is not what was hoped for; reads the answer's message. */
  async failure(endpoint: Endpoint, response: HttpResponse): Promise<Error> {
    const message = registryMessage(await boundedText(response, MAX_ERROR_BODY).catch(() => ""));
    return statusFailure(endpoint, response.status, message, undefined);
  }

  /** Headers still good for these endpoints. */
  held(endpoints: readonly Endpoint[]): readonly HeldToken[] {
    return this.#authorizer.held(endpoints, "pull");
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #once(endpoint: Endpoint, request: RegistryRequest): Promise<HttpResponse> {
    const release = await this.#budget(endpoint).acquire(request.signal);
    try {
      const response = await this.#authorized(endpoint, request);
      await this.#refuseTransient(endpoint, response);
      finished(response.body, { writable: false }, release);
      return response;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Sends with the login at hand and answers challenges until the registry is content or no login is left. */
  async #authorized(endpoint: Endpoint, request: RegistryRequest): Promise<HttpResponse> {
    const { actions } = request;
    let header = await this.#authorizer.current(endpoint, actions);
    for (;;) {
      const response = await this.#transport.send(this.#withLogin(endpoint, request, header));
      if (response.status !== 401 && response.status !== 403) {
        this.#authorizer.accepted(endpoint, actions, header);
        return response;
      }
      const refusal = await boundedText(response, MAX_ERROR_BODY);
      const challenge = response.headers["www-authenticate"] ?? "";
      const next =
        response.status === 401 || this.#authorizer.logins(endpoint) > 1
          ? await this.#authorizer.renew(endpoint, actions, header, challenge)
          : undefined;
      if (next === undefined) {
        const logins = this.#authorizer.logins(endpoint);
        throw deniedFailure(endpoint, response.status, registryMessage(refusal), logins);
      }
      header = next;
    }
  }

  #withLogin(endpoint: Endpoint, request: RegistryRequest, header: string | undefined): HttpRequest {
    const url = new URL(request.target, endpoint.origin);
    const login: Record<string, string> =
      header === undefined || url.origin !== endpoint.origin ? {} : { authorization: header };
    return {
      method: request.method,
      url,
      headers: { ...request.headers, ...login },
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: request.signal,
      ca: endpoint.settings.ca,
    };
  }

  async #refuseTransient(endpoint: Endpoint, response: HttpResponse): Promise<void> {
    if (response.status !== 408 && response.status !== 429 && response.status < 500) return;
    const afterMs = retryAfterMs(response.headers["retry-after"], this.ports.clock.now());
    const message = registryMessage(await boundedText(response, MAX_ERROR_BODY));
    throw new Retryable(statusFailure(endpoint, response.status, message, afterMs), afterMs);
  }

  #budget(endpoint: Endpoint): Budget {
    const known = this.#budgets.get(endpoint.origin);
    if (known !== undefined) return known;
    const made = new Budget(endpoint.settings.maxConcurrent ?? DEFAULT_CONCURRENT);
    this.#budgets.set(endpoint.origin, made);
    return made;
  }
}

/** Trusts for each host the CA that its settings name. */
export const registryTransport = (settings: RegistrySettings): Transport =>
  new Transport(settings, {
    trusted: ({ host }) =>
      hostSettings(settings, host === "registry-1.docker.io" ? DOCKER_HUB : host).ca ?? [],
    refuse: redirectRefused,
  });

/** Reads a body of at most `max` bytes. @throws MANIFEST_INVALID when there are more */
export async function boundedBytes(response: HttpResponse, max: number, where: string): Promise<Buffer> {
  const tooLarge = (): Error => ociErrors.make("MANIFEST_INVALID", `${where} is larger than ${max} bytes`);
  if (Number(response.headers["content-length"] ?? 0) > max) {
    await discard(response);
    throw tooLarge();
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of paced(response.body as AsyncIterable<Uint8Array>)) {
    parts.push(chunk);
    length += chunk.length;
    if (length > max) throw tooLarge();
  }
  return Buffer.concat(parts);
}

/** For messages: `manifest of registry.example/app:1`. */
export function placeOf(endpoint: Endpoint): string {
  return `${hostOf(endpoint)}/${endpoint.repository}`;
}
