// SPDX-License-Identifier: Apache-2.0
/**
 * What a caller may tell the registry client. Plain data, so that it can be sent to a worker thread;
 * the ports beside it are what tests replace.
 */
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../clock.ts";
import type { Clock } from "../../clock.ts";

/** One registry host, keyed by `host` or `host:port` as references spell it (`docker.io` for Docker Hub). */
export interface RegistryHostSettings {
  /** HTTP without TLS. Default: true for a loopback host that has no `ca`, otherwise false. */
  readonly plainHttp?: boolean;
  /** PEM certificates trusted beside the system's own. */
  readonly ca?: readonly string[];
  /** Tried in this order before the registry itself: `https://mirror.example[:port][/repository-prefix]`. */
  readonly mirrors?: readonly string[];
  /** Whether to ask the registry itself when no mirror answered. Default true. */
  readonly fallbackToOrigin?: boolean;
  /** Requests at a time. Default 8. */
  readonly maxConcurrent?: number;
}

/** Which login belongs to which images; see `credentials.ts` for the matching rules. */
export interface RegistryCredential {
  /** `host[:port][/path]`; each dot-separated part of the host may be a glob. */
  readonly pattern: string;
  readonly username?: string;
  readonly password?: string;
  /** OAuth2 refresh token, from `docker login` to an identity provider. */
  readonly identityToken?: string;
  /** Sent as it is, as a bearer token. */
  readonly registryToken?: string;
}

/** As in the environment variables of the same names; the caller reads them. */
export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  /** Comma-separated hosts, domain suffixes, IP ranges, or `*`. */
  readonly noProxy?: string;
}

export interface RegistrySettings {
  readonly hosts?: Readonly<Record<string, RegistryHostSettings>>;
  readonly credentials?: readonly RegistryCredential[];
  readonly proxy?: ProxySettings;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** From request to response headers. Default 30 s. */
  readonly headersTimeoutMs?: number;
  /** Longest silence within a body. Default 30 s. */
  readonly idleTimeoutMs?: number;
  /** Tries of one request, the first included. Default 4. */
  readonly maxAttempts?: number;
  /** A registry that asks for a longer pause (`Retry-After`) is given up on. Default 30 s. */
  readonly maxRetryWaitMs?: number;
  readonly userAgent?: string;
}

/** An Authorization header that is still good. Secret. */
export interface HeldToken {
  /** Endpoint and scope. */
  readonly key: string;
  readonly header: string;
  /** Milliseconds since 1970; absent when it does not expire. */
  readonly expiresAtMs?: number;
}

export interface RegistryPorts {
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export const systemPorts: RegistryPorts = {
  clock: systemClock,
  random: () => Math.random(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};
