// SPDX-License-Identifier: Apache-2.0
/**
 * `kubectl port-forward` to a Service for as long as some work lasts.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { demoErrors } from "./errors.ts";
import type { Kubectl } from "./kubectl.ts";

const READY_WITHIN_MS = 30_000;

/** @throws DEMO_PORT_FORWARD_FAILED with kubectl's words */
export async function withPortForward<Result>(
  kubectl: Kubectl,
  target: { readonly namespace: string; readonly service: string; readonly port: number },
  work: (localPort: number) => Promise<Result>,
): Promise<Result> {
  const { namespace, service, port } = target;
  const args = [...kubectl.flags, "-n", namespace, "port-forward", `service/${service}`, `:${port}`];
  const child = spawn(kubectl.program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  const said: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => said.push(text));
  try {
    return await work(await localPort());
  } finally {
    child.kill();
    await exited;
  }

  async function localPort(): Promise<number> {
    const timer = setTimeout(() => child.kill(), READY_WITHIN_MS);
    try {
      for await (const line of createInterface(child.stdout)) {
        const found = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
        if (found !== undefined) return Number(found);
      }
    } finally {
      clearTimeout(timer);
      child.stdout.resume();
    }
    throw demoErrors.make(
      "DEMO_PORT_FORWARD_FAILED",
      `no connection to ${service}.${namespace}: ${said.join("").trim() || "no answer"}`,
    );
  }
}
