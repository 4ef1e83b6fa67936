// SPDX-License-Identifier: Apache-2.0
/** What an HTTP status or a broken connection means, in words that name the registry and what to do. */
import { StellaError } from "../../errors.ts";
import { ociErrors } from "../errors.ts";
import type { Endpoint } from "./endpoints.ts";
import { TOO_SLOW } from "./paced.ts";
import { Retryable } from "./retry.ts";

const FINAL =
  /^(?:ENOTFOUND|TOO_SLOW|HPE_|EPROTO|ERR_TLS|ERR_SSL|ERR_INVALID|UND_ERR_INVALID|UND_ERR_NOT_SUPPORTED)|CERT|SELF_SIGNED|UNABLE_TO_|_SIGNATURE/;
const MAX_EXCERPT = 300;

/** Turns what undici and node:net throw into our errors; anything without a code is passed on as it is. */
export function networkFailure(error: unknown, endpoint: Pick<Endpoint, "origin">): unknown {
  if (error instanceof StellaError || error instanceof Retryable || !(error instanceof Error)) return error;
  const code = causeCode(error);
  if (code === undefined || error.name === "AbortError") return error;
  const made = ociErrors.make(
    "REGISTRY_UNAVAILABLE",
    `${hostOf(endpoint)} cannot be reached: ${explain(code, endpoint.origin)}`,
    { cause: error, data: { registry: hostOf(endpoint), code } },
  );
  return FINAL.test(code) ? made : new Retryable(made);
}

export function hostOf(endpoint: Pick<Endpoint, "origin">): string {
  return new URL(endpoint.origin).host;
}

/** The registry's own words, from the error list of the distribution spec; cleaned and cut. */
export function registryMessage(body: string): string {
  let text = "";
  try {
    const value = JSON.parse(body) as { errors?: { code?: unknown; message?: unknown }[] } | null;
    const first = value?.errors?.[0];
    text = [first?.code, first?.message].filter((part) => typeof part === "string").join(" ");
  } catch {
    text = /^\s*</.test(body) ? "" : body;
  }
  // a hostile registry must not steer a terminal
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, MAX_EXCERPT);
}

/** For a status that is neither success nor handled before: throttled, unavailable, or refused as malformed. */
export function statusFailure(
  endpoint: Endpoint,
  status: number,
  message: string,
  afterMs: number | undefined,
): Error {
  const said = message === "" ? "" : `: ${message}`;
  const where = `${hostOf(endpoint)} (repository ${endpoint.repository})`;
  const data = { registry: hostOf(endpoint), repository: endpoint.repository, status };
  if (status === 429) {
    const wait = afterMs === undefined ? "" : `; it asks to wait ${Math.ceil(afterMs / 1000)} s`;
    return ociErrors.make(
      "REGISTRY_THROTTLED",
      `${where} limits the rate of requests${wait}${said}; log in or use a mirror to raise the limit`,
      { data: { ...data, ...(afterMs === undefined ? {} : { retryAfterMs: afterMs }) } },
    );
  }
  return ociErrors.make("REGISTRY_UNAVAILABLE", `${where} answered ${status}${said}`, { data });
}

export function deniedFailure(endpoint: Endpoint, status: number, message: string, logins: number): Error {
  const said = message === "" ? "" : ` (${message})`;
  const advice =
    logins === 0
      ? `no login matches ${endpoint.registry}/${endpoint.repository}: add one to the pull secret or Docker config, or check that the repository exists`
      : `${logins === 1 ? "the login that matches was" : `all ${logins} logins that match were`} refused: check user, password and rights, or that the repository exists`;
  return ociErrors.make(
    "REGISTRY_DENIED",
    `${hostOf(endpoint)} denied access to repository ${endpoint.repository} with ${status}${said}; ${advice}`,
    { data: { registry: hostOf(endpoint), repository: endpoint.repository, status, logins } },
  );
}

/** Codes sit on the error, on its cause, or on the parts of an AggregateError (one for each address tried). */
function causeCode(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 4) return undefined;
  // undici's parser gives a code to some of its complaints only
  const code = error.name === "HTTPParserError" ? "HPE_INVALID" : (error as { code?: unknown }).code;
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  const below = causeCode(inner, depth + 1);
  return below ?? (typeof code === "string" ? code : undefined);
}

function explain(code: string, origin: string): string {
  const tls = origin.startsWith("https:");
  if (code === "ECONNREFUSED") return "nothing listens there (ECONNREFUSED)";
  if (code === "ENOTFOUND") return "its host name is unknown (ENOTFOUND)";
  if (code === "UND_ERR_CONNECT_TIMEOUT") return "no connection within the time limit";
  if (code === "UND_ERR_HEADERS_TIMEOUT") return "no answer within the time limit";
  if (code === TOO_SLOW) return "the answer comes too slowly";
  if (code.startsWith("HPE_")) return "what answers does not speak HTTP";
  if (code === "UND_ERR_BODY_TIMEOUT") return "the answer stopped in the middle";
  if (/CERT|SELF_SIGNED|UNABLE_TO_|_SIGNATURE|ERR_TLS/.test(code)) {
    return `its certificate is not trusted (${code}); give its CA to the registry's settings`;
  }
  if (tls && /EPROTO|ERR_SSL/.test(code)) {
    return `it does not speak TLS (${code}); allow plain HTTP in the registry's settings if it may`;
  }
  return `the connection failed (${code})`;
}
