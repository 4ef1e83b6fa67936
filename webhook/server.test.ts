// SPDX-License-Identifier: Apache-2.0
/** The webhook's HTTPS server on loopback: bounds, errors, a new certificate, and an end. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAuthority, issueServing } from "#lib/pki/authority.ts";
import type { KeyPair } from "#lib/pki/authority.ts";
import { reviewErrors } from "./review.ts";
import { startServer } from "./server.ts";
import type { RunningServer } from "./server.ts";

const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000 };

let folder: string;
let authority: KeyPair;
let server: RunningServer | undefined;
const failures: unknown[] = [];

async function certify(serial: number): Promise<void> {
  const { certificate, key } = await issueServing(authority, ["localhost"], validity);
  for (const [name, text] of [
    ["tls.crt", certificate],
    ["tls.key", key],
  ] as const) {
    writeFileSync(join(folder, name), text);
    utimesSync(join(folder, name), serial, serial);
  }
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "stella-webhook-"));
  authority = await createAuthority("test", validity);
  failures.length = 0;
  await certify(1);
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

async function start(admit: (body: string) => Promise<string>): Promise<RunningServer> {
  server = await startServer({
    certificateFile: join(folder, "tls.crt"),
    keyFile: join(folder, "tls.key"),
    port: 0,
    host: "127.0.0.1",
    routes: new Map([["/admit", admit]]),
    failed: (error) => failures.push(error),
    reloadMs: 5,
  });
  return server;
}

const serialOf = (socket: unknown): string =>
  socket instanceof TLSSocket ? socket.getPeerCertificate().serialNumber : "";

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly serial: string;
}

function send(body: string, { path = "/admit", method = "POST", agent = new Agent() } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: "127.0.0.1",
        port: server?.port,
        path,
        method,
        servername: "localhost",
        ca: authority.certificate,
        agent,
      },
      (response) => {
        const serial = serialOf(response.socket);
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text, serial }));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

describe("startServer", () => {
  it("answers a review", async () => {
    await start((body) => Promise.resolve(`<${body}>`));
    expect(await send("x")).toMatchObject({ status: 200, body: "<x>" });
    expect(await send("y", { path: "/admit?timeout=10s" })).toMatchObject({ status: 200 });
  });

  it.each([
    { name: "another path", options: { path: "/" } },
    { name: "another method", options: { method: "GET" } },
  ])("answers 404 to $name", async ({ options }) => {
    await start(() => Promise.resolve(""));
    expect(await send("", options)).toMatchObject({ status: 404 });
  });

  it("says that a body is too large, and never holds it", async () => {
    await start(() => Promise.resolve("never"));
    const answer = await send("x".repeat(9 * 1024 * 1024));
    expect(answer.status).toBe(413);
    expect(answer.body).toContain("BODY_TOO_LARGE");
  });

  it.each([
    {
      name: "a bad review",
      error: reviewErrors.make("ADMISSION_REVIEW_INVALID", "no"),
      status: 400,
      says: "no",
      failed: 0,
    },
    { name: "a bug", error: new Error("secret"), status: 500, says: "internal error", failed: 1 },
  ])("answers $name with its status", async ({ error, status, says, failed }) => {
    await start(() => Promise.reject(error));
    const answer = await send("x");
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(says);
    expect(answer.body).not.toContain("secret");
    expect(failures).toHaveLength(failed);
  });

  it("serves a new certificate once its files have changed, and survives a broken one", async () => {
    await start(() => Promise.resolve("ok"));
    const first = await send("x");
    writeFileSync(join(folder, "tls.crt"), "broken");
    await expect.poll(() => failures.length, { interval: 5 }).toBeGreaterThan(0);
    expect((await send("x")).serial).toBe(first.serial);
    await certify(2);
    await expect.poll(async () => (await send("x")).serial, { interval: 5 }).not.toBe(first.serial);
  });

  it("ends with a kept connection open", async () => {
    const running = await start(() => Promise.resolve("ok"));
    const agent = new Agent({ keepAlive: true });
    await send("x", { agent });
    await running.close();
    agent.destroy();
    server = undefined;
  });
});
