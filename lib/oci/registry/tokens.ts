// SPDX-License-Identifier: Apache-2.0
/**
 * Fetching a bearer token: Distribution token specification (GET with an optional password) and OAuth2
 * (POST with a refresh token), https://distribution.github.io/distribution/spec/auth/token/
 */
import { ociErrors } from "../errors.ts";
import { isLoopback } from "../../http/proxy.ts";
import type { Endpoint } from "./endpoints.ts";
import { hostOf, networkFailure, registryMessage, statusFailure } from "./failures.ts";
import { Retryable, retryAfterMs, withRetry } from "../../http/retry.ts";
import { paced } from "../../http/paced.ts";
import type { HttpPorts } from "../../http/ports.ts";
import type { RegistryCredential, RegistrySettings } from "./settings.ts";
import { discard } from "../../http/transport.ts";
import type { HttpRequest, HttpResponse, Transport } from "../../http/transport.ts";

const MAX_ANSWER = 1024 * 1024;
const DEFAULT_LIFE_S = 60;
const MAX_MARGIN_MS = 10_000;

export interface TokenRequest {
  readonly endpoint: Endpoint;
  readonly realm: string;
  readonly service: string;
  readonly scope: string;
  readonly credential: RegistryCredential | undefined;
}

export interface Token {
  readonly value: string;
  /** With a margin before the real end. */
  readonly expiresAtMs: number;
}

export interface TokenContext {
  readonly transport: Transport;
  readonly settings: RegistrySettings;
  readonly ports: HttpPorts;
}

/** Undefined when the token service refuses the login. @throws REGISTRY_UNAVAILABLE, REGISTRY_THROTTLED */
export async function fetchToken(request: TokenRequest, context: TokenContext): Promise<Token | undefined> {
  const realm = checkRealm(request);
  const http =
    request.credential?.identityToken === undefined
      ? passwordRequest(request, realm)
      : refreshRequest(request, realm);
  return withRetry(context.settings, context.ports, undefined, async () => {
    try {
      return await readToken(request, await context.transport.send(http), context.ports);
    } catch (error) {
      throw networkFailure(error, { origin: realm.origin });
    }
  });
}

/** A registry reached by TLS may not send passwords in the clear. */
function checkRealm({ realm, endpoint }: TokenRequest): URL {
  const url = URL.parse(realm);
  const plainAllowed = endpoint.origin.startsWith("http:") || (url !== null && isLoopback(url.host));
  if (url?.protocol === "https:" || (url?.protocol === "http:" && plainAllowed)) return url;
  throw ociErrors.make(
    "REGISTRY_UNAVAILABLE",
    `${hostOf(endpoint)} names a token service that cannot be used: ${JSON.stringify(realm.slice(0, 200))}`,
  );
}

function passwordRequest({ service, scope, credential, endpoint }: TokenRequest, realm: URL): HttpRequest {
  const url = new URL(realm);
  if (service !== "") url.searchParams.set("service", service);
  url.searchParams.set("scope", scope);
  const headers: Record<string, string> =
    credential?.username === undefined ? {} : { authorization: basicHeader(credential) };
  return { method: "GET", url, headers, ca: endpoint.settings.ca };
}

function refreshRequest({ service, scope, credential, endpoint }: TokenRequest, realm: URL): HttpRequest {
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: "stellaops",
    service,
    scope,
    refresh_token: credential?.identityToken ?? "",
  });
  return {
    method: "POST",
    url: realm,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: () => form.toString(),
    ca: endpoint.settings.ca,
  };
}

export function basicHeader(credential: RegistryCredential): string {
  const login = `${credential.username ?? ""}:${credential.password ?? ""}`;
  return `Basic ${Buffer.from(login).toString("base64")}`;
}

async function readToken(
  request: TokenRequest,
  response: HttpResponse,
  ports: HttpPorts,
): Promise<Token | undefined> {
  if (response.status === 401 || response.status === 403) {
    await discard(response);
    return undefined;
  }
  const body = await boundedText(response, MAX_ANSWER);
  if (response.status !== 200) {
    const afterMs = retryAfterMs(response.headers["retry-after"], ports.clock.now());
    const failure = statusFailure(
      request.endpoint,
      response.status,
      `token service: ${registryMessage(body)}`,
      afterMs,
    );
    if (response.status === 400) return undefined; // what several services answer to a bad refresh token
    throw response.status === 429 || response.status >= 500 ? new Retryable(failure, afterMs) : failure;
  }
  return parseToken(body, request, ports.clock.now());
}

function parseToken(body: string, { endpoint }: TokenRequest, nowMs: number): Token {
  const answer = parseAnswer(body);
  const value = answer?.token ?? answer?.access_token;
  if (typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value)) {
    throw ociErrors.make(
      "REGISTRY_UNAVAILABLE",
      `the token service of ${hostOf(endpoint)} answered without a token`,
    );
  }
  const seconds = answer?.expires_in;
  const lifeMs = (typeof seconds === "number" && seconds > 0 ? seconds : DEFAULT_LIFE_S) * 1000;
  return { value, expiresAtMs: nowMs + lifeMs - Math.min(MAX_MARGIN_MS, lifeMs / 10) };
}

function parseAnswer(
  body: string,
): { token?: unknown; access_token?: unknown; expires_in?: unknown } | null | undefined {
  try {
    return JSON.parse(body) as ReturnType<typeof parseAnswer>;
  } catch {
    return undefined;
  }
}

/** A body as text, cut off at `max` bytes. */
export async function boundedText(response: HttpResponse, max: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of paced(response.body as AsyncIterable<Uint8Array>)) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= max) break; // leaving the loop destroys the body
  }
  return Buffer.concat(parts).subarray(0, max).toString("utf8");
}
