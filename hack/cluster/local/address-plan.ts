// SPDX-License-Identifier: Apache-2.0
/**
 * Every address and kernel name that a local node takes, derived from one number, so that nodes with
 * different numbers cannot meet. IPv4 only.
 */
import { clusterErrors } from "../errors.ts";

export const LARGEST_NUMBER = 250;

export interface AddressPlan {
  readonly number: number;
  readonly hostIp: string;
  readonly nodeIp: string;
  /** The /30 between host and node. */
  readonly linkCidr: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** ClusterIP of the API server. */
  readonly apiServiceIp: string;
  /** ClusterIP of the cluster's DNS. */
  readonly dnsIp: string;
  /** Folder under each cgroup hierarchy; no slash. */
  readonly cgroup: string;
  /** The host's end of the veth pair; the node's end is eth0. */
  readonly hostLink: string;
}

/** `number` is 1 to 250. */
export function addressPlan(number: number): AddressPlan {
  const n = String(number);
  return {
    number,
    hostIp: `10.99.${n}.1`,
    nodeIp: `10.99.${n}.2`,
    linkCidr: `10.99.${n}.0/30`,
    podCidr: `10.244.${n}.0/24`,
    serviceCidr: `10.96.${n}.0/24`,
    apiServiceIp: `10.96.${n}.1`,
    dnsIp: `10.96.${n}.10`,
    cgroup: `stellaops-${n}`,
    hostLink: `stellaops${n}`,
  };
}

/** Numbers from 1 whose networks overlap none of `routes` (`a.b.c.d/len` or `a.b.c.d`), smallest first. */
export function freeNumbers(routes: readonly string[]): number[] {
  const taken = routes.map(parseCidr).filter((range) => range !== undefined);
  const numbers = Array.from({ length: LARGEST_NUMBER }, (_, index) => index + 1);
  return numbers.filter((number) => {
    const plan = addressPlan(number);
    const wanted = [plan.linkCidr, plan.podCidr, plan.serviceCidr].map(parseCidr);
    return !wanted.some((range) => range !== undefined && taken.some((other) => overlap(range, other)));
  });
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** undefined for `default` and anything else that is not an IPv4 network. */
export function parseCidr(text: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
  if (!match) return undefined;
  const octets = match.slice(1, 5).map(Number);
  const bits = match[5] === undefined ? 32 : Number(match[5]);
  if (octets.some((octet) => octet > 255) || bits > 32) return undefined;
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  const size = 2 ** (32 - bits);
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

function overlap(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Names become node names and parts of paths: an RFC 1123 label of at most 40 characters. @throws CLUSTER_NAME_INVALID */
export function checkName(name: string): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name)) {
    throw clusterErrors.make(
      "CLUSTER_NAME_INVALID",
      `a cluster's name is 1 to 40 of a-z, 0-9 and "-": ${name}`,
    );
  }
  return name;
}
