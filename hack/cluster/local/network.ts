// SPDX-License-Identifier: Apache-2.0
/**
 * Joins a node's network namespace to the machine with a veth pair (veth(4)). The namespace belongs to the
 * node's processes and has no name, so that it disappears with them, and the pair and the routes with it.
 */
import { z } from "zod";
import { run } from "#hack/lib/run.ts";
import type { AddressPlan } from "./address-plan.ts";

const routesSchema = z.array(z.object({ dst: z.string() }));
const addressesSchema = z.array(
  z.object({ addr_info: z.array(z.object({ local: z.string().optional() })).default([]) }),
);

/** Destinations and addresses that the machine uses now. */
export async function usedNetworks(): Promise<string[]> {
  const routes = routesSchema.parse(JSON.parse((await run("ip", ["-4", "-json", "route"])) || "[]"));
  const links = addressesSchema.parse(JSON.parse((await run("ip", ["-4", "-json", "address"])) || "[]"));
  const addresses = links.flatMap((link) => link.addr_info.flatMap((info) => info.local ?? []));
  return [...routes.map((route) => route.dst), ...addresses];
}

/** `pid` is any process of the node once its mounts are made. The machine also gets routes to the node's Pods and Services. */
export async function connectNode(plan: AddressPlan, pid: number): Promise<void> {
  const inNode = (...command: string[]) =>
    run("nsenter", ["--target", String(pid), "--net", "--mount", ...command]);
  await run("ip", [
    "link",
    "add",
    plan.hostLink,
    "type",
    "veth",
    "peer",
    "name",
    "eth0",
    "netns",
    String(pid),
  ]);
  await run("ip", ["address", "add", `${plan.hostIp}/30`, "dev", plan.hostLink]);
  await run("ip", ["link", "set", plan.hostLink, "up"]);
  await inNode("ip", "link", "set", "lo", "up");
  await inNode("ip", "address", "add", `${plan.nodeIp}/30`, "dev", "eth0");
  await inNode("ip", "link", "set", "eth0", "up");
  await inNode("ip", "route", "add", "default", "via", plan.hostIp);
  await inNode("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
  // Each Pod has a route of its own; an address without one would travel back and forth to the host.
  await inNode("ip", "route", "add", "unreachable", plan.podCidr);
  // What nobody has translated yet, early in a boot, must fail at once: sent on, a first packet would be
  // lost, and its connection with it for half a minute.
  for (const chain of ["FORWARD", "OUTPUT"]) {
    await inNode("iptables", "-w", "-A", chain, "-d", plan.serviceCidr, "-j", "REJECT");
  }
  for (const network of [plan.podCidr, plan.serviceCidr]) {
    await run("ip", ["route", "add", network, "via", plan.nodeIp]);
  }
}

/** The kernel removes the link some time after the namespace; this does not wait for it. */
export async function disconnectNode(plan: AddressPlan): Promise<void> {
  if (await hasLink(plan)) await run("ip", ["link", "delete", plan.hostLink]).catch(() => undefined);
}

export async function hasLink(plan: AddressPlan): Promise<boolean> {
  try {
    await run("ip", ["link", "show", "dev", plan.hostLink]);
    return true;
  } catch {
    return false;
  }
}
