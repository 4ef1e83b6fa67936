// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeOf, messageOf } from "../errors.ts";
import { HttpClient } from "./client.ts";
import type { ClientSettings } from "./client.ts";
import { download } from "./download.ts";
import type { Download, DownloadOptions } from "./download.ts";
import { fakePorts } from "./testing/fake-ports.ts";
import type { FakePorts } from "./testing/fake-ports.ts";
import { cutAfter, etagOf, startFileServer } from "./testing/file-server.ts";
import type { FileServer } from "./testing/file-server.ts";

const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, i) => (i * 31 + (i >> 9)) & 0xff));
const other = Buffer.from(bytes.map((byte) => byte ^ 1));
const etag = etagOf(bytes);

let server: FileServer;
let folder: string;
let ports: FakePorts;
let client: HttpClient;

const use = (settings: ClientSettings): void => {
  client = new HttpClient(settings, ports);
};
const fetch = (more: Partial<DownloadOptions> = {}): Promise<Download | "unchanged"> =>
  download(client, new URL("/a.bin", server.origin), {
    file: join(folder, "a.bin"),
    maxBytes: 10_000_000,
    acceptEncoding: "identity",
    ...more,
  });
const content = (): Promise<Buffer> => readFile(join(folder, "a.bin"));
const asked = (name: string): unknown[] => server.requests.map(({ headers }) => headers[name]);
const failure = async (more: Partial<DownloadOptions> = {}): Promise<string> =>
  fetch(more).then(
    () => "fetched",
    (error: unknown) => `${codeOf(error)} ${messageOf(error).replace(server.origin, "")}`,
  );

beforeEach(async () => {
  server = await startFileServer();
  server.put("/a.bin", bytes);
  folder = await mkdtemp(join(tmpdir(), "stella-download-"));
  ports = fakePorts();
  use({});
});
afterEach(async () => {
  await client.close();
  await server.close();
  await rm(folder, { recursive: true });
});

describe("a download", () => {
  it("is the whole resource, with its validators", async () => {
    const progress: number[] = [];
    const onProgress = (received: number, total: number | undefined): void => {
      progress.push(received, total ?? -1);
    };
    expect(await fetch({ onProgress })).toMatchObject({ validators: { etag }, size: bytes.length });
    expect((await content()).equals(bytes)).toBe(true);
    expect(progress.slice(-2)).toEqual([bytes.length, bytes.length]);
  });

  it("of what is known is no download", async () => {
    expect(await fetch({ known: { etag } })).toBe("unchanged");
    server.put("/a.bin", bytes, { etag: "", "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT" });
    expect(await fetch({ known: { lastModified: "Thu, 01 Jan 2026 00:00:00 GMT" } })).toBe("unchanged");
    expect(await fetch({ known: { lastModified: "Wed, 31 Dec 2025 23:59:59 GMT" } })).not.toBe("unchanged");
  });

  it("without a length ends where the server ends it", async () => {
    server.intercept = (_, response) => !!response.writeHead(200).end(bytes);
    expect(await fetch()).toMatchObject({ size: bytes.length });
  });

  it("writes over what a former one left", async () => {
    await fetch();
    server.put("/a.bin", "short");
    await fetch();
    expect((await content()).toString()).toBe("short");
  });
});

/** Cuts each answer after so many bytes, until the file has `until`. */
const cutting =
  (part: number, until: number, headers: Record<string, string> = { etag }) =>
  ({ headers: { range: asked } }: IncomingMessage, response: ServerResponse): boolean => {
    const start = Number(/[0-9]+/.exec(asked ?? "")?.[0] ?? 0);
    if (start >= until) return false;
    const range = { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    const head = { "content-length": bytes.length - start, ...headers, ...(start === 0 ? {} : range) };
    return cutAfter(response, bytes.subarray(start, start + part), head, start === 0 ? 200 : 206);
  };

describe("a broken connection", () => {
  it("goes on where it broke, again and again", async () => {
    server.intercept = cutting(10_000, 40_000);
    await fetch();
    expect((await content()).equals(bytes)).toBe(true);
    expect(asked("range")).toEqual([
      undefined,
      "bytes=10000-",
      "bytes=20000-",
      "bytes=30000-",
      "bytes=40000-",
    ]);
    expect(new Set(asked("if-range").slice(1))).toEqual(new Set([etag]));
    expect(ports.waits).toEqual([125, 250, 500, 1000]);
  });

  it("goes on by date where there is no ETag and the date is strong", async () => {
    const lastModified = "Thu, 01 Jan 2026 00:00:00 GMT";
    server.put("/a.bin", bytes, { etag: "", "last-modified": lastModified });
    server.intercept = cutting(10_000, 10_000, { "last-modified": lastModified });
    await fetch();
    expect(asked("if-range")).toEqual([undefined, lastModified]);
    expect((await content()).equals(bytes)).toBe(true);
  });

  it.each([
    { name: "a weak ETag", headers: { etag: `W/${etag}` } },
    { name: "no validator", headers: {} },
    {
      name: "a date that may cover two states",
      headers: { "last-modified": "Fri, 01 Jan 2100 00:00:00 GMT" },
    },
  ])("starts over where the server has $name", async ({ headers }) => {
    let cut = false;
    server.intercept = (request, response) => {
      if (cut) return false;
      cut = true;
      return cutting(10_000, 1, headers)(request, response);
    };
    await fetch();
    expect(asked("range")).toEqual([undefined, undefined]);
    expect((await content()).equals(bytes)).toBe(true);
  });

  it("starts over when the resource became another one meanwhile", async () => {
    server.intercept = (request, response) => {
      server.intercept = undefined;
      server.put("/a.bin", other);
      return cutting(10_000, 1)(request, response);
    };
    expect(await fetch()).toMatchObject({ validators: { etag: etagOf(other) } });
    expect(asked("range")).toEqual([undefined, "bytes=10000-"]);
    expect((await content()).equals(other)).toBe(true);
  });

  it.each<{ name: string; answer: Readonly<Record<string, string | number>>; status?: number }>([
    { name: "another range", answer: { etag, "content-range": "bytes 0-599999/700000" } },
    { name: "another size", answer: { etag, "content-range": "bytes 10000-699999/700001" } },
    { name: "no range", answer: { etag } },
    {
      name: "another ETag, though it was told If-Range",
      answer: { etag: '"x"', "content-range": "bytes 10000-699999/700000" },
    },
    { name: "that there is no such range", answer: {}, status: 416 },
  ])("starts over when the server answers with $name", async ({ answer, status = 206 }) => {
    server.intercept = (request, response) => {
      if (request.headers.range !== undefined) {
        server.intercept = undefined;
        return !!response.writeHead(status, answer).end(other.subarray(10_000));
      }
      return cutting(10_000, 1)(request, response);
    };
    await fetch();
    expect(asked("range")).toEqual([undefined, "bytes=10000-", undefined]);
    expect((await content()).equals(bytes)).toBe(true);
  });

  it("that went silent is left", async () => {
    use({ idleTimeoutMs: 50 });
    server.intercept = (_, response) => {
      server.intercept = undefined;
      response.writeHead(200, { "content-length": bytes.length, etag });
      response.write(bytes.subarray(0, 1000));
      return true;
    };
    await fetch();
    expect(asked("range")).toEqual([undefined, "bytes=1000-"]);
    expect((await content()).equals(bytes)).toBe(true);
  });

  it.each([
    {
      name: "drips",
      intercept: cutting(1, bytes.length),
      requests: 9,
      says: "HTTP_UNAVAILABLE /a.bin: the connection failed (UND_ERR_SOCKET)",
    },
    {
      name: "breaks off late each time, and has no ranges",
      intercept: (_: unknown, response: ServerResponse) =>
        cutAfter(response, bytes.subarray(0, 600_000), { "content-length": bytes.length }),
      requests: 4,
      says: "HTTP_DAMAGED /a.bin did not come whole, however often it was begun",
    },
    {
      name: "announces more than there is",
      intercept: (_: unknown, response: ServerResponse) =>
        cutAfter(response, bytes, { "content-length": bytes.length + 1 }),
      requests: 4,
      says: "HTTP_DAMAGED /a.bin did not come whole, however often it was begun",
    },
  ])("of a server that $name is given up on", async ({ intercept, requests, says }) => {
    server.intercept = intercept;
    expect(await failure()).toBe(says);
    expect(server.requests).toHaveLength(requests);
  });

  it("ends with the reason when aborted", async () => {
    server.intercept = (_, response) => {
      response.writeHead(200, { "content-length": bytes.length });
      response.write(bytes.subarray(0, 1000));
      return true;
    };
    const stop = new AbortController();
    const onProgress = (): void => stop.abort(new Error("enough"));
    await expect(fetch({ signal: stop.signal, onProgress })).rejects.toThrow("enough");
  });
});

const base64 = (algorithm: string, of: Uint8Array): string =>
  createHash(algorithm).update(of).digest("base64");

describe("what the server says of the bytes", () => {
  it.each([
    { "repr-digest": `sha-256=:${base64("sha256", bytes)}:, sha-512=:${base64("sha512", bytes)}:` },
    { "content-digest": `sha-256=:${base64("sha256", bytes)}:` },
    { digest: `MD5=${base64("md5", bytes)},SHA-256=${base64("sha256", bytes)}` },
    { "content-md5": base64("md5", bytes) },
    { "x-goog-hash": `crc32c=AAAAAA==,md5=${base64("md5", bytes)}` },
    { digest: "sha-256=tooShort" },
    { "x-goog-hash": `md5=${base64("md5", other)}`, "x-goog-stored-content-encoding": "gzip" },
  ])("%o", async (headers) => {
    server.put("/a.bin", bytes, headers);
    expect(await fetch()).toMatchObject({ size: bytes.length });
    server.put("/a.bin", other, headers);
    const wrong = await failure();
    const checked = !("x-goog-stored-content-encoding" in headers) && headers.digest !== "sha-256=tooShort";
    expect(wrong.startsWith(checked ? "HTTP_DAMAGED" : "fetched")).toBe(true);
  });

  it("is asked for again when it does not fit, and believed after a resumption", async () => {
    const headers = { etag, "repr-digest": `sha-256=:${base64("sha256", bytes)}:` };
    server.put("/a.bin", bytes, headers);
    let answers = 0;
    server.intercept = (request, response) => {
      answers += 1;
      if (answers === 1) return !!response.writeHead(200, headers).end(other);
      return answers === 2 ? cutting(10_000, 1, headers)(request, response) : false;
    };
    await fetch();
    expect(asked("range")).toEqual([undefined, undefined, "bytes=10000-"]);
    expect((await content()).equals(bytes)).toBe(true);
  });
});

describe("limits", () => {
  it.each([
    { name: "announced", headers: { "content-length": bytes.length } },
    { name: "not announced", headers: {} },
  ])("a size over the limit that is $name", async ({ headers }) => {
    server.intercept = (_, response) => !!response.writeHead(200, headers).end(bytes);
    expect(await failure({ maxBytes: 500_000 })).toMatch(/^HTTP_TOO_LARGE .*over the limit of 500000$/);
    expect((await stat(join(folder, "a.bin"))).size).toBeLessThanOrEqual(500_000);
    expect(server.requests).toHaveLength(1);
  });

  it("a folder that is not there", async () => {
    expect(await failure({ file: join(folder, "none", "a.bin") })).toMatch(/^DOWNLOAD_UNWRITABLE .*ENOENT/);
  });

  it("304 to a request without a condition", async () => {
    server.intercept = (_, response) => !!response.writeHead(304).end();
    expect(await failure()).toMatch(/^HTTP_DAMAGED .*without a condition$/);
  });
});
