// SPDX-License-Identifier: Apache-2.0
/** Shape of a log line, and that secrets never reach it. */
import { describe, expect, it } from "vitest";
import { defineErrors } from "./errors.ts";
import { createLogger, type Logger, type LogLevel } from "./log.ts";

const faults = defineErrors("fault", { STORE_DOWN: "unavailable" });

function capture(level: LogLevel = "debug"): { log: Logger; lines: unknown[]; raw: string[] } {
  const lines: unknown[] = [];
  const raw: string[] = [];
  const destination = {
    write: (line: string): void => {
      raw.push(line);
      lines.push(JSON.parse(line));
    },
  };
  const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) };
  return { log: createLogger({ level, name: "operator", destination, clock }), lines, raw };
}

const head = { level: "info", time: "2026-01-02T03:04:05.006Z", name: "operator" };

describe("log line", () => {
  it("has level, time, name, fields and message", () => {
    const { log, lines } = capture();
    log.info({ imageDigest: "sha256:0", layers: 7 }, "image scanned");
    expect(lines).toEqual([{ ...head, imageDigest: "sha256:0", layers: 7, msg: "image scanned" }]);
  });

  it.each<{ level: LogLevel; want: number }>([
    { level: "debug", want: 4 },
    { level: "info", want: 3 },
    { level: "warn", want: 2 },
    { level: "error", want: 1 },
    { level: "silent", want: 0 },
  ])("level $level writes $want of four", ({ level, want }) => {
    const { log, lines } = capture(level);
    for (const method of ["debug", "info", "warn", "error"] as const) log[method]({}, "said");
    expect(lines).toHaveLength(want);
  });

  it.each([
    { name: "token", fields: { token: "hunter2" } },
    { name: "a header", fields: { headers: { Authorization: "Bearer hunter2", "set-cookie": ["hunter2"] } } },
    { name: "another spelling", fields: { access_token: "hunter2", idToken: "hunter2", "X-Api-Key": 1 } },
    {
      name: "in a list",
      fields: { users: [{ password: "hunter2" }, { deep: { clientSecret: "hunter2" } }] },
    },
    { name: "an object under it", fields: { credentials: { user: "a", pass: "hunter2" } } },
    { name: "proofs", fields: { poe: "hunter2", DPoP: "hunter2", privateKey: "hunter2" } },
    {
      name: "an error's data",
      fields: { err: faults.make("STORE_DOWN", "x", { data: { password: "hunter2" } }) },
    },
    {
      name: "too deep to look",
      fields: { a: { b: { c: { d: { e: { f: { g: { h: { token: "hunter2" } } } } } } } } },
    },
  ])("hides $name", ({ fields }) => {
    const { log, raw } = capture();
    log.info(fields, "said");
    log.child(fields).info({}, "said");
    expect(raw).toHaveLength(2);
    expect(raw.join("")).not.toContain("hunter2");
  });

  it("writes method and path of a request only", () => {
    const { log, lines } = capture();
    const req = { method: "GET", url: "/api/scans?token=hunter2", headers: { authorization: "hunter2" } };
    log.info({ req, res: { statusCode: 200, socket: {} } }, "request done");
    const want = { req: { method: "GET", path: "/api/scans" }, res: { statusCode: 200 } };
    expect(lines).toEqual([{ ...head, ...want, msg: "request done" }]);
  });

  it("keeps fields through grandchildren, and cleans theirs", () => {
    const { log, lines } = capture();
    const child = log.child({ scan: 1 }).child({ token: "hunter2" });
    child.setBindings({ password: "hunter2" });
    child.info({}, "said");
    const want = { scan: 1, token: "[redacted]", password: "[redacted]" };
    expect(lines).toEqual([{ ...head, ...want, msg: "said" }]);
  });

  it("cuts what is too large", () => {
    const { log, raw } = capture();
    const wide: Record<string, unknown> = {};
    for (let n = 0; n < 100; n++) wide[`f${n}`] = wide;
    log.info({ wide, list: Array.from({ length: 100_000 }, () => 1) }, "said");
    expect(raw[0]?.length).toBeLessThan(100_000);
  });

  it("keeps what only resembles a secret", () => {
    const fields = {
      secretRef: "pull",
      tokens: 3,
      passwordless: true,
      poem: "x",
      at: new Date(0),
      none: null,
    };
    const { log, lines } = capture();
    log.info(fields, "said");
    expect(lines).toEqual([{ ...head, ...fields, at: "1970-01-01T00:00:00.000Z", msg: "said" }]);
  });

  it("gives an error's code, kind and causes, and the stack of a bug only", () => {
    const { log, lines } = capture();
    const cause = new TypeError("socket closed");
    log.info({ err: faults.make("STORE_DOWN", "no catalog", { cause, data: { path: "/x" } }) }, "failed");
    log.info({ err: cause }, "failed");
    expect(lines).toEqual([
      {
        ...head,
        err: {
          type: "StellaError",
          code: "STORE_DOWN",
          kind: "unavailable",
          message: "no catalog",
          data: { path: "/x" },
          cause: { type: "TypeError", code: "INTERNAL_ERROR", kind: "bug", message: "socket closed" },
        },
        msg: "failed",
      },
      {
        ...head,
        err: {
          type: "TypeError",
          code: "INTERNAL_ERROR",
          kind: "bug",
          message: "socket closed",
          stack: expect.stringContaining("log.test.ts") as string,
        },
        msg: "failed",
      },
    ]);
  });

  it.each([
    { name: "a bigint", make: () => 10n },
    { name: "undefined", make: () => undefined },
    { name: "an error without a field of its own", make: () => ({ inner: new Error("x") }) },
  ])("survives a cycle with $name", ({ make }) => {
    const { log, lines } = capture();
    const circular: Record<string, unknown> = { value: make() };
    circular["self"] = circular;
    log.info({ circular }, "said");
    expect(lines).toHaveLength(1);
  });
});
