// SPDX-License-Identifier: Apache-2.0
/** A source's place on the web, as its spec says: addresses, trust, proxy, login and pace. */
import { openHttpFeed } from "#engines/evaluation/advisories/adapters/http-feed.ts";
import type { HttpPlace } from "#engines/evaluation/advisories/adapters/http-feed.ts";
import type { ChangingFeed, FeedBefore } from "#engines/evaluation/index.ts";
import type { AdvisorySource, VexSource } from "#crds/index.ts";
import { defineErrors } from "#lib/errors.ts";
import type { ClientSettings, Login } from "#lib/http/client.ts";
import type { ProxySettings } from "#lib/http/proxy.ts";
import { builtin, defineResource } from "#lib/kube/index.ts";
import type { KubeClient, KubeObject } from "#lib/kube/index.ts";

export const webFeedErrors = defineErrors("web-feed", {
  FEED_SECRET_MISSING: "missing",
  // A Secret may be mended with no change of who names it, so this is looked at again.
  FEED_SECRET_INVALID: "denied",
});

export interface WebFeedPorts {
  readonly client: KubeClient;
  /** Folder for what is fetched until it has been read. */
  readonly downloads: string;
  /** Of the operator's environment. */
  readonly proxy: ProxySettings;
  /** Of the program: another one may read documents in another way. */
  readonly version: string;
}

type WebPlace = NonNullable<AdvisorySource["spec"]["http"]> | NonNullable<VexSource["spec"]["http"]>;

/** A server that asks for a longer pause is asked again with the next import. */
const MAX_RETRY_WAIT_MS = 60_000;

/** @throws FEED_SECRET_MISSING, FEED_SECRET_INVALID, and what `openHttpFeed` throws */
export async function openWebFeed(
  source: AdvisorySource | VexSource,
  place: WebPlace,
  ports: WebFeedPorts,
  before: FeedBefore | undefined,
  signal: AbortSignal | undefined,
): Promise<ChangingFeed> {
  const { namespace = "" } = source.metadata;
  const login = await loginOf(namespace, place, ports.client);
  return openHttpFeed({
    place: placeOf(place),
    reader: `${source.kind} ${source.spec.format} ${ports.version}`,
    folder: ports.downloads,
    settings: settingsOf(place, ports, login),
    ...(before === undefined ? {} : { before }),
    ...(signal === undefined ? {} : { signal }),
  });
}

const urlsOf = ({ url, urls }: WebPlace): readonly string[] => urls ?? (url === undefined ? [] : [url]);

const placeOf = (place: WebPlace): HttpPlace => ({
  urls: urlsOf(place),
  layout: place.layout,
  ...("ecosystems" in place ? { ecosystems: place.ecosystems } : {}),
});

const settingsOf = (
  { caBundle, proxy, rateLimit }: WebPlace,
  ports: WebFeedPorts,
  login: Login | undefined,
): ClientSettings => ({
  userAgent: `stellaops/${ports.version}`,
  proxy: proxy === undefined ? ports.proxy : { httpProxy: proxy, httpsProxy: proxy },
  requestsPerSecond: rateLimit,
  maxRetryWaitMs: MAX_RETRY_WAIT_MS,
  ...(caBundle === undefined ? {} : { ca: [caBundle] }),
  ...(login === undefined ? {} : { login }),
});

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const secrets = defineResource<Secret>(builtin.secrets);

async function loginOf(namespace: string, place: WebPlace, client: KubeClient): Promise<Login | undefined> {
  const { secretRef } = place;
  if (secretRef === undefined) return undefined;
  const where = `${namespace}/${secretRef.name}`;
  const secret: Secret | undefined = await client.find(secrets, { namespace, name: secretRef.name });
  if (secret === undefined)
    throw webFeedErrors.make("FEED_SECRET_MISSING", `the Secret ${where} is not there`);
  const read = (key: string): string | undefined => {
    const encoded = secret.data?.[key];
    return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8").trim();
  };
  const [token, username, password] = [read("token"), read("username"), read("password")];
  const header =
    token !== undefined
      ? `Bearer ${token}`
      : username !== undefined && password !== undefined
        ? `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`
        : undefined;
  if (header === undefined || !/^[\x20-\x7e]+$/.test(header)) {
    const message = `the Secret ${where} has no key token, nor username and password, that can be sent`;
    throw webFeedErrors.make("FEED_SECRET_INVALID", message);
  }
  return { header, origins: [...new Set(urlsOf(place).map((url) => new URL(url).origin))] };
}
