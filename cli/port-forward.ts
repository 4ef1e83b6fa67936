// SPDX-License-Identifier: Apache-2.0
/** One HTTPS request to a Pod's port through the API server's port-forward, with TLS checked end to end. */
import { request } from "node:https";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { PortForward } from "@kubernetes/client-node";
import type { KubeConfig } from "@kubernetes/client-node";

export interface ForwardedRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  /** Name in the Pod's certificate. */
  readonly serverName: string;
  /** PEM. */
  readonly ca: string;
  readonly path: string;
  readonly token: string;
}

const TIMEOUT_MS = 30_000;
const MAX_BODY = 512 * 1024 * 1024;

export async function forwardedRequest(
  config: KubeConfig,
  asked: ForwardedRequest,
): Promise<{ readonly status: number; readonly body: string }> {
  const forward = new PortForward(config);
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    forward.portForward(asked.namespace, asked.pod, [asked.port], socket, null, socket).then(
      () => undefined,
      (error: unknown) => socket.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  try {
    return await send((server.address() as AddressInfo).port, asked);
  } finally {
    server.close();
  }
}

function send(port: number, { serverName, ca, path, token }: ForwardedRequest) {
  return new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
    const outgoing = request(
      {
        host: "127.0.0.1",
        port,
        path,
        servername: serverName,
        ca,
        agent: false,
        timeout: TIMEOUT_MS,
        headers: { authorization: `Bearer ${token}`, host: serverName },
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_BODY) outgoing.destroy(new Error(`the answer is over ${MAX_BODY} bytes`));
          else chunks.push(chunk);
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
        );
        response.on("error", reject);
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    outgoing.on("error", reject);
    outgoing.end();
  });
}
