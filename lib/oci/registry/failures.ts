// SPDX-License-Identifier: Apache-2.0
/** What an HTTP status or a broken connection means, in words that name the registry and what to do. */
import { StellaError } from "../../errors.ts";
import { networkFault } from "../../http/network-fault.ts";
import { Retryable } from "../../http/retry.ts";
import { ociErrors } from "../errors.ts";
import type { Endpoint } from "./endpoints.ts";

const CURES = {
  trust: "; give its CA to the registry's settings",
  plain: "; allow plain HTTP in the registry's settings if it may",
} as const;
const MAX_EXCERPT = 300;

/** Turns what undici and node:net throw into our errors; anything without a code is passed on as it is. */
export function networkFailure(error: unknown, endpoint: Pick<Endpoint, "origin">): unknown {
  if (error instanceof StellaError || error instanceof Retryable) return error;
  const fault = networkFault(error, endpoint.origin.startsWith("https:"));
  if (fault === undefined) return error;
  const cure = fault.cure === undefined ? "" : CURES[fault.cure];
  const made = ociErrors.make(
    "REGISTRY_UNAVAILABLE",
    `${hostOf(endpoint)} cannot be reached: ${fault.reason}${cure}`,
    { cause: error, data: { registry: hostOf(endpoint), code: fault.code } },
  );
  return fault.passing ? new Retryable(made) : made;
}

/** A redirect that is not followed. */
export const redirectRefused = (url: URL, why: string): Error =>
  ociErrors.make("REGISTRY_UNAVAILABLE", `${url.host} ${why}`, { data: { registry: url.host } });

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
