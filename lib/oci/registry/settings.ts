// SPDX-License-Identifier: Apache-2.0
/** What a caller may tell the registry client. Plain data, so that it can be sent to a worker thread. */
import type { RetrySettings } from "../../http/retry.ts";
import type { TransportSettings } from "../../http/transport.ts";

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

export interface RegistrySettings extends TransportSettings, RetrySettings {
  readonly hosts?: Readonly<Record<string, RegistryHostSettings>>;
  readonly credentials?: readonly RegistryCredential[];
}

/** An Authorization header that is still good. Secret. */
export interface HeldToken {
  /** Endpoint and scope. */
  readonly key: string;
  readonly header: string;
  /** Milliseconds since 1970; absent when it does not expire. */
  readonly expiresAtMs?: number;
}
