// SPDX-License-Identifier: Apache-2.0
/**
 * The command as a process of its own: an image judged where there is a network, and from the kit in a network namespace that has
 * none (unshare(1), `-n`). And imports of kits that are killed at any moment.
 */
import { spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeOciLayout } from "#lib/oci/writer.ts";
import { advisoriesIn, vexIn } from "#cli/cache.ts";
import { keptSources } from "#cli/kept-advisories.ts";
import { keptVex } from "#cli/vex.ts";
import { tarBytes } from "#lib/oci/writing/tar.ts";

const program = join(import.meta.dirname, "../../../cli/stella.ts");
const feeds = join(import.meta.dirname, "../../../config/kit");
/** `-r`: a user namespace too, so that no right is needed. */
const isolated = ["unshare", "-rn"];
const proof = spawnSync("unshare", [...isolated.slice(1), "cat", "/proc/net/dev"], { encoding: "utf8" });
// Where there is no such program it has no output either.
const devices = proof.status === 0 ? proof.stdout : "";
const interfaces = devices.match(/^ *[^ :|]+(?=:)/gm)?.map((name) => name.trim()) ?? [];
const canIsolate = interfaces.join() === "lo";

let folder: string;
const at = (name: string): string => join(folder, name);

interface Ran {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

function stella(args: readonly string[], before: readonly string[] = []): Ran {
  const [command = "", ...rest] = [...before, process.execPath, program, ...args];
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: "utf8", maxBuffer: 1 << 28 });
  return { exit: status, out: stdout, err: stderr };
}

const packages = { lodash: "4.17.4", ms: "0.7.0", electron: "3.0.15" };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stella-air-gap-"));
  const files = Object.entries(packages).map(([name, version]) => ({
    path: `app/node_modules/${name}/package.json`,
    content: JSON.stringify({ name, version }),
  }));
  await writeOciLayout(at("image"), [{ layers: [{ tar: tarBytes(files) }] }]);
  const vex = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://supplier.example/1",
    author: "Supplier",
    timestamp: "2026-01-01T00:00:00Z",
    version: 1,
    statements: [
      {
        vulnerability: { name: "CVE-2019-5786" },
        products: [{ "@id": "pkg:npm/electron" }],
        status: "not_affected",
        justification: "vulnerable_code_not_in_execute_path",
      },
    ],
  };
  writeFileSync(at("supplier.json"), JSON.stringify(vex));
  writeFileSync(
    at("policy.yaml"),
    "rules:\n  - name: r\n    match:\n      severity: medium\n    action: fail\n",
  );
  cpSync(feeds, at("feeds"), { recursive: true });
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  writeFileSync(at("key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(at("key.pub"), publicKey.export({ type: "spki", format: "pem" }));
  for (const args of [
    ["advisories", "import", at("feeds")],
    ["vex", "import", at("supplier.json"), "--weight", "0.8"],
    ["advisories", "export", "--kit", at("kit.tar"), "--sign-key", at("key.pem")],
  ]) {
    const ran = stella([...args, "--cache-dir", at("online")]);
    expect([ran.exit, ran.err]).toEqual([0, ""]);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const importing = (cache: string): string[] => [
  ...[
    "advisories",
    "import",
    "--kit",
    at("kit.tar"),
    "--verify-key",
    at("key.pub"),
    "--cache-dir",
    at(cache),
  ],
];

describe.skipIf(!canIsolate)("without a network (skipped where unshare -rn makes no namespace)", () => {
  it("gives the verdict, findings and digests of the machine that has one", () => {
    const scan = [
      "scan",
      `oci-dir:${at("image")}`,
      "--policy",
      at("policy.yaml"),
      "--platform",
      "linux/amd64",
      "--json",
    ];
    const online = stella([
      ...[...scan, "--advisories", at("feeds"), "--vex", at("supplier.json")],
      ...["--vex-weight", `${at("supplier.json")}=0.8`, "--cache-dir", at("scratch")],
    ]);
    expect(stella(importing("offline"), isolated)).toMatchObject({ exit: 0, err: "" });
    const offline = stella([...scan, "--offline", "--cache-dir", at("offline")], isolated);
    expect(offline).toEqual(online);
    const { findings, suppressed, verdict } = JSON.parse(offline.out) as {
      findings: unknown[];
      suppressed: number;
      verdict: string;
    };
    expect([offline.exit, verdict, suppressed]).toEqual([1, "fail", 1]);
    expect(findings.length).toBeGreaterThan(3);
  });
});

describe("an import that is killed", () => {
  const digests = async (cache: string): Promise<string> => {
    const sources = [...(await keptSources(advisoriesIn(at(cache)))), ...(await keptVex(vexIn(at(cache))))];
    return sources.map(({ digest }) => digest).join();
  };

  it("leaves the old or the new", { timeout: 120_000 }, async () => {
    writeFileSync(
      at("own.json"),
      JSON.stringify({
        id: "OSV-1",
        modified: "2026-01-01T00:00:00Z",
        affected: [{ package: { ecosystem: "npm", name: "x" }, versions: ["1"] }],
      }),
    );
    expect(stella(["advisories", "import", at("own.json"), "--cache-dir", at("before")]).exit).toBe(0);
    const began = performance.now();
    stella(importing("timed"));
    const whole = performance.now() - began;
    const wanted = await digests("online");
    for (let step = 1; step <= 5; step++) {
      const cache = `killed-${step}`;
      cpSync(at("before"), at(cache), { recursive: true });
      const old = await digests(cache);
      const child = spawn(process.execPath, [program, ...importing(cache)]);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      await wait((whole * (step + 4)) / 10);
      child.kill("SIGKILL");
      await ended;
      expect([old, wanted]).toContain(await digests(cache));
    }
  });
});
