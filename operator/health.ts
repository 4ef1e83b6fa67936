// SPDX-License-Identifier: Apache-2.0
/** /healthz, /readyz and /metrics over plain HTTP, for the kubelet and Prometheus. */
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HealthPorts {
  readonly ready: () => boolean;
  readonly metrics: () => Promise<string>;
}

export async function startHealthServer(
  port: number,
  ports: HealthPorts,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (path === "/healthz") send(response, 200, "ok\n");
    else if (path === "/readyz")
      send(response, ports.ready() ? 200 : 503, ports.ready() ? "ready\n" : "not ready\n");
    else if (path === "/metrics") {
      ports.metrics().then(
        (text) => send(response, 200, text, "text/plain; version=0.0.4"),
        () => send(response, 500, "metrics failed\n"),
      );
    } else send(response, 404, "not found\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, body: string, type = "text/plain"): void {
  response.writeHead(status, { "content-type": type });
  response.end(body);
}
