// SPDX-License-Identifier: Apache-2.0
/** Which HTTP proxy a URL goes through, by the customary meaning of HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
import { BlockList, isIP } from "node:net";
import { isLoopback } from "./endpoints.ts";
import type { ProxySettings } from "./settings.ts";

/** The proxy's URL, or undefined for a direct connection. Loopback is always direct. */
export function proxyFor(url: URL, proxy: ProxySettings | undefined): string | undefined {
  const chosen = url.protocol === "https:" ? proxy?.httpsProxy : proxy?.httpProxy;
  if (chosen === undefined || chosen === "" || isLoopback(url.host) || isExempt(url, proxy?.noProxy ?? "")) {
    return undefined;
  }
  return chosen.includes("://") ? chosen : `http://${chosen}`;
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
