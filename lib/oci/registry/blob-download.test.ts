// SPDX-License-Identifier: Apache-2.0
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf } from "../../digest.ts";
import { RegistryClient } from "../registry-client.ts";
import { startFakeRegistry } from "../testing/fake-registry.ts";
import type { FakeRegistry } from "../testing/fake-registry.ts";
import { fakePorts } from "../../http/testing/fake-ports.ts";
import { collect } from "../verify.ts";
import type { RegistrySettings } from "./settings.ts";

const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, i) => (i * 31 + (i >> 9)) & 0xff));
const blob = { digest: digestOf(bytes), size: bytes.length };

let registry: FakeRegistry;
let client: RegistryClient;

const use = (settings: RegistrySettings = {}): void => {
  client = new RegistryClient(settings, fakePorts());
};
const read = async (what = blob, signal?: AbortSignal): Promise<Buffer> =>
  collect(await client.openBlob({ registry: registry.host, repository: "a" }, what, signal));
const ranges = (): unknown[] => registry.requests.map(({ headers }) => headers["range"]);
const code = (value: string): Error => expect.objectContaining({ code: value }) as Error;

/** Sends some bytes of a body announced as longer, then cuts the connection. */
const cutAfter = (
  response: ServerResponse,
  part: Uint8Array,
  head: Record<string, string | number>,
  status: number,
): true => {
  response.writeHead(status, head);
  response.write(part, () => response.socket?.destroySoon());
  return true;
};

beforeEach(async () => {
  registry = await startFakeRegistry();
  registry.blobs.set(blob.digest, bytes);
  use();
});

afterEach(async () => {
  await client.close();
  await registry.close();
});

it("gives the blob in large chunks", async () => {
  const sizes: number[] = [];
  for await (const chunk of await client.openBlob({ registry: registry.host, repository: "a" }, blob))
    sizes.push(chunk.length);
  expect(sizes).toEqual([262_144, 262_144, 175_712]);
  expect((await read()).equals(bytes)).toBe(true);
});

it("gives an empty blob", async () => {
  const empty = { digest: digestOf(""), size: 0 };
  registry.blobs.set(empty.digest, new Uint8Array());
  expect(await read(empty)).toHaveLength(0);
});

it("goes on where the connection broke, again and again", async () => {
  registry.intercept = (request, response) => {
    const start = Number(/[0-9]+/.exec(request.headers.range ?? "")?.[0] ?? 0);
    if (start >= 400_000) return false;
    const head = {
      "content-length": bytes.length - start,
      "content-range": `bytes ${start}-${bytes.length - 1}/*`,
    };
    return cutAfter(response, bytes.subarray(start, start + 100_000), head, start === 0 ? 200 : 206);
  };
  expect((await read()).equals(bytes)).toBe(true);
  expect(ranges()).toEqual([undefined, "bytes=100000-", "bytes=200000-", "bytes=300000-", "bytes=400000-"]);
});

it("skips what it has where the server knows no ranges", async () => {
  let cut = false;
  registry.intercept = (_, response) => {
    if (!cut)
      return (cut = cutAfter(response, bytes.subarray(0, 300_000), { "content-length": bytes.length }, 200));
    response.writeHead(200, { "content-length": bytes.length }).end(bytes);
    return true;
  };
  expect((await read()).equals(bytes)).toBe(true);
});

it("leaves a connection that went silent, and goes on", async () => {
  use({ idleTimeoutMs: 50 });
  let silent = false;
  registry.intercept = (_, response) => {
    if (silent) return false;
    silent = true;
    response.writeHead(200, { "content-length": bytes.length });
    response.write(bytes.subarray(0, 1000));
    return true;
  };
  expect((await read()).equals(bytes)).toBe(true);
  expect(ranges()).toEqual([undefined, "bytes=1000-"]);
});

it("gives up on a server that drips", async () => {
  registry.intercept = (request, response) => {
    const start = Number(/[0-9]+/.exec(request.headers.range ?? "")?.[0] ?? 0);
    const head = { "content-length": bytes.length - start, "content-range": `bytes ${start}-1/*` };
    return cutAfter(response, bytes.subarray(start, start + 1), head, start === 0 ? 200 : 206);
  };
  await expect(read()).rejects.toThrow(code("REGISTRY_UNAVAILABLE"));
  expect(registry.requests).toHaveLength(9);
});

describe("what is not the blob", () => {
  it.each([
    { name: "other bytes", sent: Buffer.alloc(bytes.length), why: "hashed to sha256:" },
    { name: "more bytes", sent: Buffer.concat([bytes, bytes]), why: "is longer than its 700000 bytes" },
    { name: "fewer bytes", sent: bytes.subarray(0, 10), why: "ended after 10 of 700000 bytes" },
  ])("$name are BLOB_DIGEST_MISMATCH", async ({ sent, why }) => {
    registry.intercept = (_, response) => {
      response.writeHead(200, {}).end(sent); // no length announced
      return true;
    };
    await expect(read()).rejects.toThrow(code("BLOB_DIGEST_MISMATCH"));
    await expect(read()).rejects.toThrow(why);
  });

  it("names both digests and the size", async () => {
    registry.blobs.set(blob.digest, Buffer.alloc(bytes.length));
    const got = digestOf(Buffer.alloc(bytes.length));
    await expect(read()).rejects.toMatchObject({ data: { want: blob.digest, got, size: bytes.length } });
  });

  it("is missing when the registry lacks it", async () => {
    registry.blobs.clear();
    await expect(read()).rejects.toThrow(`blob ${blob.digest} is not in ${registry.host}/a`);
  });

  it("is an answer to another range than asked for", async () => {
    registry.intercept = ({ headers }, response) => {
      const range = headers.range === undefined ? {} : { "content-range": "bytes 0-699999/700000" };
      return cutAfter(
        response,
        bytes.subarray(0, 5000),
        { "content-length": bytes.length, ...range },
        headers.range === undefined ? 200 : 206,
      );
    };
    await expect(read()).rejects.toThrow("answered another range");
  });
});

it("goes on at the registry itself when a mirror fails in the middle", async () => {
  const mirror = await startFakeRegistry();
  mirror.intercept = ({ headers }, response) =>
    headers.range === undefined
      ? cutAfter(response, bytes.subarray(0, 50_000), { "content-length": bytes.length }, 200)
      : !!response.writeHead(404).end();
  use({ hosts: { [registry.host]: { mirrors: [mirror.origin] } } });
  try {
    expect((await read()).equals(bytes)).toBe(true);
    expect(ranges()).toEqual(["bytes=50000-"]);
  } finally {
    await mirror.close();
  }
});

it("ends with the reason when aborted, and frees its place in the budget", async () => {
  use({ hosts: { [registry.host]: { maxConcurrent: 1 } } });
  registry.intercept = (_, response) => {
    response.writeHead(200, { "content-length": bytes.length });
    response.write(bytes.subarray(0, 1000));
    return true;
  };
  const stop = new AbortController();
  const reading = read(blob, stop.signal);
  setImmediate(() => stop.abort(new Error("enough")));
  await expect(reading).rejects.toThrow("enough");
  registry.intercept = undefined;
  expect((await read()).equals(bytes)).toBe(true);
});

it("frees its place in the budget when the reader stops early", async () => {
  use({ hosts: { [registry.host]: { maxConcurrent: 1 } } });
  for await (const chunk of await client.openBlob({ registry: registry.host, repository: "a" }, blob)) {
    expect(chunk.length).toBeGreaterThan(0);
    break;
  }
  expect((await read()).equals(bytes)).toBe(true);
});
