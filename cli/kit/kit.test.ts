// SPDX-License-Identifier: Apache-2.0
/** Kits there and back, kits of strangers, and what a cache holds after each. */
import { createHash, generateKeyPairSync } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "#lib/canonical-json.ts";
import { signEnvelope } from "#lib/dsse/index.ts";
import { codeOf, messageOf } from "#lib/errors.ts";
import { tarBytes } from "#lib/oci/writing/tar.ts";
import { TarReader } from "#lib/tar/index.ts";
import { openVex, osv, sbomText } from "../testing/documents.ts";
import { stella } from "../testing/stella.ts";
import { importKit } from "./import-kit.ts";
import { KIT_PAYLOAD_TYPE } from "./manifest.ts";
import type { KitLimits, KitManifest } from "./manifest.ts";

const keys = generateKeyPairSync("ed25519");
const ecKeys = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsaKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });

type Entry = Parameters<typeof tarBytes>[0][number];

let folder: string;
const at = (name: string): string => join(folder, name);
const write = (name: string, bytes: string | Uint8Array): string => {
  writeFileSync(at(name), bytes);
  return at(name);
};
const cacheOf = (name: string): string[] => ["--cache-dir", at(name)];

/** Feeds and VEX as both sides have them. */
async function fill(cache: string[]): Promise<void> {
  await stella("advisories", "import", at("feed.json"), at("more.json"), ...cache);
  await stella("vex", "import", at("supplier.json"), "--weight", "0.7", ...cache);
}

let kit: Entry[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stella-kit-"));
  for (const [name, pair] of Object.entries({ ed: keys, ec: ecKeys, rsa: rsaKeys })) {
    write(`${name}.key`, pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    write(`${name}.pub`, pair.publicKey.export({ type: "spki", format: "pem" }).toString());
  }
  write("feed.json", osv("GHSA-1"));
  write("more.json", osv("GHSA-2"));
  write("supplier.json", openVex("supplier", "GHSA-1", "not_affected"));
  write("app.cdx.json", sbomText("pkg:npm/lodash@4.17.4"));
  write("own.json", osv("GHSA-own"));
  write("root.pem", "a root");
  await fill(cacheOf("online"));
  await stella(
    "advisories",
    "export",
    "--kit",
    at("kit.tar"),
    "--sign-key",
    at("ed.key"),
    ...cacheOf("online"),
  );
  kit = entriesOf(readFileSync(at("kit.tar")));
});
afterAll(() => rmSync(folder, { recursive: true }));

function entriesOf(tar: Buffer): Entry[] {
  const entries: Entry[] = [];
  const reader = new TarReader(({ path }) => {
    const parts: Buffer[] = [];
    const data = (bytes: Buffer): boolean => parts.push(Buffer.from(bytes)) > 0;
    return { data, end: () => entries.push({ path, content: Buffer.concat(parts) }) };
  });
  reader.push(tar);
  reader.finish();
  return entries;
}

const contentOf = (entries: readonly Entry[], path: string): Buffer =>
  Buffer.from((entries.find((one) => one.path === path)?.content ?? "") as Uint8Array);

const manifestOf = (entries: readonly Entry[]): KitManifest =>
  JSON.parse(contentOf(entries, "manifest.json").toString()) as KitManifest;

it("says of a source's feed its name, and not where it lay", () => {
  const told = kit
    .filter(({ path }) => /^(?:advisories|vex)\/.*\.json$/.test(path))
    .map(({ path }) => (JSON.parse(contentOf(kit, path).toString()) as { readonly path: string }).path);
  expect(told.sort()).toEqual(["feed.json", "more.json", "supplier.json"]);
  for (const { content } of kit)
    expect(Buffer.from((content ?? "") as Uint8Array).includes(folder)).toBe(false);
});

/** The kit with another manifest, signed anew: what a signer with a bad program would make. */
function resigned(manifest: KitManifest, parts: readonly Entry[] = kit.slice(2)): Entry[] {
  const content = canonicalJson(manifest);
  const envelope = signEnvelope(KIT_PAYLOAD_TYPE, Buffer.from(content), keys.privateKey);
  return [
    { path: "manifest.json", content },
    { path: "manifest.dsse.json", content: canonicalJson(envelope) },
    ...parts,
  ];
}

/** Another content of an entry, and a manifest that says so. */
function replaced(path: string, content: Uint8Array, change: Partial<KitManifest> = {}): Entry[] {
  const sha256 = createHash("sha256").update(content).digest("hex");
  const manifest = manifestOf(kit);
  const entries = manifest.entries.map((one) =>
    one.path === path ? { ...one, sha256, size: content.length } : one,
  );
  const parts = kit.slice(2).map((one) => (one.path === path ? { path, content } : one));
  return resigned({ ...manifest, ...change, entries }, parts);
}

const renamed = (from: string, to: string): Entry[] => {
  const manifest = manifestOf(kit);
  const parts = kit.slice(2).map((one) => (one.path === from ? { ...one, path: to } : one));
  const entries = manifest.entries.map((one) => (one.path === from ? { ...one, path: to } : one));
  return resigned({ ...manifest, entries }, parts);
};

/** As another machine has it: feeds by their names. */
const withoutFolders = (told: readonly unknown[]): unknown =>
  JSON.parse(JSON.stringify(told).replaceAll(`${folder}/`, ""));

const kept = async (cache: string[]): Promise<unknown[]> => [
  JSON.parse((await stella("advisories", "status", "--json", ...cache)).out) as unknown,
  JSON.parse((await stella("vex", "status", "--json", ...cache)).out) as unknown,
];

describe("a kit", () => {
  it("has the same bytes for the same cache content, and carries trust roots", async () => {
    const trust = ["--trust", at("root.pem")];
    const sign = ["--sign-key", at("ed.key")];
    for (const name of ["a.tar", "b.tar"])
      await stella("advisories", "export", "--kit", at(name), ...sign, ...trust, ...cacheOf("online"));
    expect(readFileSync(at("b.tar"))).toEqual(readFileSync(at("a.tar")));
    await stella("advisories", "import", "--kit", at("a.tar"), "--unsigned", ...cacheOf("copy"));
    expect(readFileSync(at("copy/kit/trust/root.pem"), "utf8")).toBe("a root");
    await stella("advisories", "export", "--kit", at("c.tar"), ...sign, ...trust, ...cacheOf("copy"));
    expect(readFileSync(at("c.tar"))).toEqual(readFileSync(at("a.tar")));
  });

  it("says which of its sources are older than those that it replaces", async () => {
    const cache = cacheOf("newer");
    await stella("advisories", "import", at("feed.json"), ...cache);
    const { exit, err } = await stella(
      "advisories",
      "import",
      "--kit",
      at("kit.tar"),
      "--unsigned",
      ...cache,
    );
    expect([exit, err]).toEqual([
      0,
      expect.stringMatching(
        /^stella: advisories feed\.json of the kit is of \S+Z, older than what was kept, of \S+Z\n$/,
      ),
    ]);
  });

  it.each(["ed", "ec"])(
    "is taken when the key given (%s) signed it, in place of all that was kept",
    async (key) => {
      const cache = cacheOf(`offline-${key}`);
      await stella("advisories", "import", at("own.json"), ...cache);
      await stella(
        "advisories",
        "export",
        "--kit",
        at("k.tar"),
        "--sign-key",
        at(`${key}.key`),
        ...cacheOf("online"),
      );
      const ran = await stella(
        "advisories",
        "import",
        "--kit",
        at("k.tar"),
        "--verify-key",
        at(`${key}.pub`),
        ...cache,
      );
      const gone = "stella: advisories own.json was kept, and is not in the kit\n";
      expect([ran.exit, ran.err]).toEqual([0, gone]);
      expect(ran.out).toMatch(/advisories +feed\.json +1 +sha256:/);
      expect(await kept(cache)).toEqual(withoutFolders(await kept(cacheOf("online"))));
      expect(readdirSync(at(`offline-${key}`)).sort()).toEqual(["kit", "kits"]);
      await stella("advisories", "import", "--kit", at("k.tar"), "--unsigned", ...cache);
      expect(readdirSync(at(`offline-${key}/kits`))).toHaveLength(1);
      await stella("advisories", "import", at("own.json"), ...cache);
      const names = (await kept(cache))[0] as { name: string }[];
      expect(names.map(({ name }) => name)).toEqual(["feed.json", "more.json", "own.json"]);
    },
  );

  it("gives the machine without a network the same verdict, findings and digests", async () => {
    const cache = cacheOf("air-gap");
    write("fail.yaml", "rules:\n  - name: r\n    match:\n      severity: critical\n    action: fail\n");
    await stella("advisories", "import", "--kit", at("kit.tar"), "--verify-key", at("ed.pub"), ...cache);
    const scan = async (...args: readonly string[]) => {
      const policy = ["--policy", at("fail.yaml"), "--json"];
      const { out, exit } = await stella("scan", `sbom:${at("app.cdx.json")}`, ...policy, ...args);
      return { exit, report: JSON.parse(out) as unknown };
    };
    const offline = await scan("--offline", ...cache);
    const online = await scan(
      ...["--advisories", at("more.json"), "--advisories", at("feed.json")],
      ...["--vex", at("supplier.json"), "--vex-weight", `${at("supplier.json")}=0.7`, ...cacheOf("empty")],
    );
    expect(offline).toEqual(online);
    expect(offline).toMatchObject({ exit: 1, report: { verdict: "fail", suppressed: 1 } });
  });

  it("goes on from an import that was killed", async () => {
    const cache = cacheOf("killed");
    await fill(cache);
    const before = await kept(cache);
    mkdirSync(at("killed/kits/x.part/advisories"), { recursive: true });
    symlinkSync("kits/x", at("killed/kit.x.part"));
    expect(await kept(cache)).toEqual(before);
    symlinkSync("kits/gone", at("killed/kit"));
    expect(await kept(cache)).toEqual(before);
    await stella("advisories", "import", "--kit", at("kit.tar"), "--verify-key", at("ed.pub"), ...cache);
    expect(readdirSync(at("killed/kit/"))).toContain("kit.json");
  });
});

describe("a kit that is not as it should be", () => {
  const stem = (): string =>
    manifestOf(kit).entries.find(({ kind }) => kind === "advisory-export")?.path ?? "";
  const json = (): string => stem().replace(".export", ".json");
  const bomb = (): Uint8Array => zstdCompressSync(Buffer.alloc(3_000_000));
  const edited = (change: (manifest: KitManifest) => KitManifest): Entry[] =>
    kit.map((one) =>
      one.path === "manifest.json" ? { ...one, content: canonicalJson(change(manifestOf(kit))) } : one,
    );

  it.each<{
    name: string;
    made: () => Entry[] | Buffer;
    code?: string;
    says: RegExp;
    limits?: Partial<KitLimits>;
  }>([
    { name: "is no tar", made: () => Buffer.alloc(2000, "x"), says: /tar: .* at byte 0/ },
    { name: "is empty", made: () => Buffer.alloc(0), says: /no manifest\.json/ },
    {
      name: "is cut off",
      made: () => readFileSync(at("kit.tar")).subarray(0, 6000),
      says: /stops inside|not there/,
    },
    {
      name: "ends before its last entry",
      made: () => kit.slice(0, -1),
      says: /^vex\/.*it is not there/,
    },
    {
      name: "has bytes behind its end",
      made: () => Buffer.concat([readFileSync(at("kit.tar")), Buffer.from("more")]),
      says: /bytes that nothing names/,
    },
    { name: "begins otherwise", made: () => kit.slice(1), says: /the first entry must be manifest\.json/ },
    {
      name: "has an entry too many",
      made: () => [...kit, { path: "x", content: "x" }],
      says: /^x: the manifest does not name it/,
    },
    {
      name: "has an entry twice",
      made: () => [...kit.slice(0, 3), ...kit.slice(2)],
      says: /^advisories\/.*it stands twice/,
    },
    {
      name: "has its entries in another order",
      made: () => [...kit.slice(0, 2), ...kit.slice(2).reverse()],
      says: /it stands where advisories\//,
    },
    {
      name: "leads out of its folder",
      made: () => [...kit.slice(0, 2), { path: "../../etc/passwd", content: "x" }, ...kit.slice(2)],
      says: /^\.\.\/\.\.\/etc\/passwd: the manifest does not name it/,
    },
    {
      name: "leads out of its folder, signed",
      made: () => renamed(stem(), "advisories/../../x.export"),
      says: /entries\.0\.path: an entry of that kind has no such path/,
    },
    {
      name: "holds a link",
      made: () => [...kit.slice(0, 2), { path: stem(), type: "symlink", linkTarget: "/etc/passwd" }],
      says: /no regular file but symlink/,
    },
    {
      name: "has another content",
      made: () =>
        kit.map((one) => (one.path === json() ? { ...one, content: contentOf(kit, json()).fill("x") } : one)),
      says: /^advisories\/.*\.json: its SHA-256 is/,
    },
    {
      name: "has a longer content",
      made: () => kit.map((one) => (one.path === json() ? { ...one, content: "long".repeat(500) } : one)),
      says: /^advisories\/.*\.json: 2000 bytes where the manifest says/,
    },
    {
      name: "is not signed",
      made: () => kit.filter(({ path }) => path !== "manifest.dsse.json"),
      code: "KIT_SIGNATURE_INVALID",
      says: /the kit is not signed/,
    },
    {
      name: "is signed by another",
      made: () => {
        const signed = signEnvelope(KIT_PAYLOAD_TYPE, contentOf(kit, "manifest.json"), ecKeys.privateKey);
        return kit.map((one) =>
          one.path === "manifest.dsse.json" ? { ...one, content: canonicalJson(signed) } : one,
        );
      },
      code: "KIT_SIGNATURE_INVALID",
      says: /none of its signatures is by the key given/,
    },
    {
      name: "bears a signature over something else",
      made: () => {
        const signed = signEnvelope("application/x", contentOf(kit, "manifest.json"), keys.privateKey);
        return kit.map((one) =>
          one.path === "manifest.dsse.json" ? { ...one, content: canonicalJson(signed) } : one,
        );
      },
      code: "KIT_SIGNATURE_INVALID",
      says: /over application\/x/,
    },
    {
      name: "has a signature that is none",
      made: () => kit.map((one) => (one.path === "manifest.dsse.json" ? { ...one, content: "{}" } : one)),
      code: "DSSE_INVALID",
      says: /envelope/,
    },
    {
      name: "has an edited manifest",
      made: () => edited((manifest) => ({ ...manifest, sources: [] })),
      code: "KIT_SIGNATURE_INVALID",
      says: /over another manifest\.json/,
    },
    {
      name: "has a manifest that is not canonical",
      made: () => {
        const content = ` ${contentOf(kit, "manifest.json").toString()}`;
        const envelope = signEnvelope(KIT_PAYLOAD_TYPE, Buffer.from(content), keys.privateKey);
        const signature = { path: "manifest.dsse.json", content: canonicalJson(envelope) };
        return [{ path: "manifest.json", content }, signature, ...kit.slice(2)];
      },
      says: /not in canonical form/,
    },
    {
      name: "is of another version",
      made: () => resigned({ ...manifestOf(kit), format: "stellaops.kit/2" as "stellaops.kit/1" }),
      says: /manifest\.json: format/,
    },
    {
      name: "lacks a source of its entries",
      made: () => resigned({ ...manifestOf(kit), sources: manifestOf(kit).sources.slice(1) }),
      says: /sources: none is the source of advisories\//,
    },
    {
      name: "names a source in vain",
      made: () =>
        resigned({
          ...manifestOf(kit),
          vexSources: [...manifestOf(kit).vexSources, { ...manifestOf(kit).vexSources[0]!, name: "x" }],
        }),
      says: /is not among them/,
    },
    {
      name: "names a source twice",
      made: () =>
        resigned({ ...manifestOf(kit), sources: [...manifestOf(kit).sources, ...manifestOf(kit).sources] }),
      says: /two have one name/,
    },
    {
      name: "tells other records of a source",
      made: () =>
        resigned({
          ...manifestOf(kit),
          sources: manifestOf(kit).sources.map((one) => ({ ...one, records: 7 })),
        }),
      says: /\.json: its records is not the one in the manifest/,
    },
    {
      name: "tells another snapshot",
      made: () => resigned({ ...manifestOf(kit), snapshot: `sha256:${"0".repeat(64)}` }),
      says: /snapshot\.bin\.zst: it is sha256:.*, not sha256:0000/,
    },
    {
      name: "has a broken snapshot",
      made: () => replaced("snapshot.bin.zst", Buffer.from("x")),
      says: /^snapshot\.bin\.zst: /,
    },
    {
      name: "has a snapshot that is none",
      made: () => replaced("vex-snapshot.bin.zst", zstdCompressSync(Buffer.from("{}"))),
      says: /^vex-snapshot\.bin\.zst: not a VEX snapshot/,
    },
    {
      name: "has another export than it says",
      made: () => replaced(stem(), zstdCompressSync(Buffer.from("x"))),
      says: /\.export: decompressed it is sha256:/,
    },
    {
      name: "holds a bomb",
      made: () => replaced(stem(), bomb()),
      limits: { maxEntryBytes: 1_000_000 },
      code: "KIT_LIMIT_EXCEEDED",
      says: /\.export: decompressed over 1000000 bytes/,
    },
    {
      name: "has too many entries",
      made: () => kit,
      limits: { maxEntries: 3 },
      code: "KIT_LIMIT_EXCEEDED",
      says: /entries: more than 3/,
    },
    {
      name: "is too large in all",
      made: () => kit,
      limits: { maxTotalBytes: 100 },
      code: "KIT_LIMIT_EXCEEDED",
      says: /together over 100 bytes/,
    },
    {
      name: "has too long a manifest",
      made: () => kit,
      limits: { maxManifestBytes: 100 },
      code: "KIT_LIMIT_EXCEEDED",
      says: /^manifest\.json: more than 100 bytes/,
    },
  ])(
    "is refused when it $name, and the cache is as before",
    async ({ made, code = "KIT_INVALID", says, limits }) => {
      const cache = cacheOf("refusing");
      await stella("advisories", "import", at("own.json"), ...cache);
      const before = await kept(cache);
      const bytes = made();
      const file = write("bad.tar", Buffer.isBuffer(bytes) ? bytes : tarBytes(bytes));
      const options = { key: keys.publicKey, ...(limits === undefined ? {} : { limits }) };
      const error: unknown = await importKit(at("refusing"), file, options).catch((cause: unknown) => cause);
      expect([codeOf(error), messageOf(error)]).toEqual([code, expect.stringMatching(says)]);
      expect(await kept(cache)).toEqual(before);
      expect(readdirSync(at("refusing/kits"))).toEqual([]);
    },
  );

  it.each<{ args: string[]; exit: number; says: string }>([
    { args: ["import", "--kit", "kit.tar"], exit: 2, says: "one of --verify-key <pem> and --unsigned" },
    { args: ["import", "--kit", "kit.tar", "feed.json", "--unsigned"], exit: 2, says: "taken alone" },
    { args: ["import"], exit: 2, says: "missing required argument 'path'" },
    { args: ["import", "--kit", "none.tar", "--unsigned"], exit: 4, says: "KIT_MISSING" },
    {
      args: ["import", "--kit", ".", "--unsigned"],
      exit: 2,
      says: "is a folder, and a kit is one file; if it holds feeds, import it without --kit",
    },
    { args: ["import", "feed.json", "kit.tar"], exit: 2, says: "KIT_AMONG_FEEDS" },
    {
      args: ["import", "--kit", "kit.tar", "--verify-key", "ec.pub"],
      exit: 3,
      says: "KIT_SIGNATURE_INVALID",
    },
    {
      args: ["import", "--kit", "kit.tar", "--verify-key", "rsa.pub"],
      exit: 2,
      says: "DSSE_KEY_UNSUPPORTED",
    },
    { args: ["import", "--kit", "kit.tar", "--verify-key", "feed.json"], exit: 2, says: "KIT_KEY_INVALID" },
    { args: ["export", "--kit", "k.tar"], exit: 4, says: "KIT_EMPTY" },
    { args: ["export", "--kit", "k.tar", "--sign-key", "ed.pub"], exit: 2, says: "KIT_KEY_INVALID" },
    { args: ["export", "--json", "x", "--trust", "root.pem"], exit: 2, says: "are for --kit" },
    { args: ["export"], exit: 2, says: "say what to write" },
  ])("stella advisories $args: $says", async ({ args, exit, says }) => {
    const words = args.map((word) => (/\.(tar|json|pub|pem)$/.test(word) ? at(word) : word));
    const ran = await stella("advisories", ...words, ...cacheOf("nothing"));
    expect([ran.exit, ran.out, ran.err]).toEqual([exit, "", expect.stringContaining(says)]);
  });
});
