// SPDX-License-Identifier: Apache-2.0
/** Where a repository is served: its mirrors in order, then the registry itself. */
import { isLoopback } from "../../http/proxy.ts";
import { ociErrors } from "../errors.ts";
import { DOCKER_HUB, parseReference } from "../reference.ts";
import type { ImageReference } from "../reference.ts";
import type { RegistryHostSettings, RegistrySettings } from "./settings.ts";

export interface Endpoint {
  /** `https://host[:port]`. */
  readonly origin: string;
  /** As in settings and credentials: `host[:port]`, `docker.io` for Docker Hub. */
  readonly registry: string;
  /** The repository's name on this endpoint. */
  readonly repository: string;
  readonly settings: RegistryHostSettings;
  /** Another endpoint can answer in its place, so that it is not tried twice. */
  readonly spare: boolean;
}

type Named = Pick<ImageReference, "registry" | "repository">;

/** @throws REFERENCE_INVALID when a configured mirror is not a usable URL */
export function endpointsOf(reference: Named, settings: RegistrySettings): readonly Endpoint[] {
  const own = hostSettings(settings, reference.registry);
  const mirrors = (own.mirrors ?? []).map((mirror) => mirrorEndpoint(mirror, reference, settings));
  const only = mirrors.length > 0 && own.fallbackToOrigin === false;
  const all = only ? mirrors : [...mirrors, originEndpoint(reference, settings)];
  return all.map((endpoint, i) => ({ ...endpoint, spare: i < all.length - 1 }));
}

/** The registry itself, for writing. */
export function originEndpoint(reference: Named, settings: RegistrySettings): Endpoint {
  const own = hostSettings(settings, reference.registry);
  const host = reference.registry === DOCKER_HUB ? "registry-1.docker.io" : reference.registry;
  const plain = own.plainHttp ?? (isLoopback(host) && own.ca === undefined);
  return {
    origin: `${plain ? "http" : "https"}://${host}`,
    registry: reference.registry,
    repository: reference.repository,
    settings: own,
    spare: false,
  };
}

export function hostSettings(settings: RegistrySettings, host: string): RegistryHostSettings {
  return settings.hosts?.[host] ?? {};
}

function mirrorEndpoint(mirror: string, reference: Named, settings: RegistrySettings): Endpoint {
  const url = URL.parse(mirror);
  const usable = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.search === "";
  if (!usable) {
    throw ociErrors.make(
      "REFERENCE_INVALID",
      `mirror ${JSON.stringify(mirror)} of ${reference.registry} must look like https://host[:port][/prefix]`,
    );
  }
  const prefix = url.pathname.replace(/^\/+|\/+$/g, "");
  const repository = prefix === "" ? reference.repository : `${prefix}/${reference.repository}`;
  const { registry } = parseReference(`${url.host}/${repository}`);
  return {
    origin: url.origin,
    registry,
    repository,
    settings: hostSettings(settings, registry),
    spare: false,
  };
}
