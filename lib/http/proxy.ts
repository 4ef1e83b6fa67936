// SPDX-License-Identifier: Apache-2.0
/** Which HTTP proxy a URL goes through, by the customary meaning of HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
import { BlockList, isIP } from "node:net";

/** As in the environment variables of the same names; the caller reads them. */
export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  /** Comma-separated hosts, domain suffixes, IP ranges, or `*`. */
  readonly noProxy?: string;
}

/** The proxy's URL, or undefined for a direct connection. Loopback is always direct. */
export function proxyFor(url: URL, proxy: ProxySettings | undefined): string | undefined {
  const chosen = url.protocol === "https:" ? proxy?.httpsProxy : proxy?.httpProxy;
  if (chosen === undefined || chosen === "" || isLoopback(url.host) || isExempt(url, proxy?.noProxy ?? "")) {
    return undefined;
  }
  return chosen.includes("://") ? chosen : `http://${chosen}`;
}

/** localhost, 127.0.0.0/8 and ::1, with or without a port. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:[0-9]+$/, "").toLowerCase();
  return name === "localhost" || name === "[::1]" || name === "::1" || /^127(?:\.[0-9]{1,3}){3}$/.test(name);
}

/** Those of a process's environment, in capitals or not. */
export function proxiesOf(environment: Readonly<Record<string, string | undefined>>): ProxySettings {
  const read = (name: string): string | undefined => environment[name] ?? environment[name.toLowerCase()];
  const [httpProxy, httpsProxy, noProxy] = [read("HTTP_PROXY"), read("HTTPS_PROXY"), read("NO_PROXY")];
  return {
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  };
}

function isExempt(url: URL, noProxy: string): boolean {
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return noProxy.split(/[\s,]+/).some((item) => item !== "" && fits(item.toLowerCase(), host, port));
}

function fits(item: string, host: string, port: string): boolean {
  if (item === "*") return true;
  if (item.includes("/")) return inRange(item, host);
  const colon = isIP(item) === 6 ? null : /:([0-9]+)$/.exec(item);
  if (colon !== null && colon[1] !== port) return false;
  const name = (colon === null ? item : item.slice(0, colon.index))
    .replace(/^\*?\./, "")
    .replace(/^\[|\]$/g, "");
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

function inRange(range: string, host: string): boolean {
  const [network = "", bits = ""] = range.split("/");
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  const prefix = Number(bits);
  const widest = family === "ipv6" ? 128 : 32;
  if (isIP(network) === 0 || isIP(host) === 0 || !/^[0-9]{1,3}$/.test(bits) || prefix > widest) return false;
  if ((isIP(host) === 6) !== (family === "ipv6")) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(host, family);
}
