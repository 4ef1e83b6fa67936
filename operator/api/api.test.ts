// SPDX-License-Identifier: Apache-2.0
/** The REST API over HTTPS on loopback: who may read what, and what every route says to good and bad requests. */
import { request } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DIGEST, NOW, reportObject, scanObject } from "#controllers/testing/objects.ts";
import { digestOf } from "#lib/digest.ts";
import { StellaError } from "#lib/errors.ts";
import { silentLogger } from "#lib/kube/types.ts";
import { createAuthority, issueServing } from "#lib/pki/authority.ts";
import type { KeyPair } from "#lib/pki/authority.ts";
import type { EvaluationDocument } from "../evaluation/evaluator.ts";
import { reportKey } from "../evaluation/evaluator.ts";
import { imageCatalog } from "../evaluation/images.ts";
import type { Verdicts } from "../evaluation/verdicts.ts";
import type { ImageDocument } from "../jobs/scan.ts";
import { embeddedStores, storeImage, testCaches } from "../testing/bench.ts";
import { authErrors } from "./auth.ts";
import type { Access, Authorizer } from "./auth.ts";
import { openApiDocument } from "./openapi.ts";
import { apiRoutes } from "./routes.ts";
import type { RoutePorts } from "./routes.ts";
import { createApiServer } from "./server.ts";
import type { ApiServer } from "./server.ts";

/** Rights by user: `verb resource namespace`, `*` for all namespaces. */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  nobody: [],
  team: ["get reports team", "get scans team", "list reports team"],
  evil: ["get scans evil", "create scans evil", "get reports evil", "list reports evil"],
  writer: ["update reports team"],
  admin: ["*"],
};

const authorizer: Authorizer = {
  authenticate: (authorization) => {
    const username = /^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "";
    if (RIGHTS[username] !== undefined) return Promise.resolve({ username, uid: "", groups: [] });
    return Promise.reject(authErrors.make("UNAUTHENTICATED", "who are you?"));
  },
  may: ({ username }, { verb, resource, namespace = "*" }: Access) =>
    Promise.resolve(
      RIGHTS[username]?.some((right) => right === "*" || right === `${verb} ${resource} ${namespace}`) ===
        true,
    ),
};

const REPORT = digestOf('{"report":1}');
const CUT = digestOf("cut");
const OTHER = digestOf("an image of another team");
const made: unknown[] = [];
const observed: string[] = [];
const errors: unknown[] = [];

let server: ApiServer;
let port: number;
let authority: KeyPair;
let image: ImageDocument;
let ports: RoutePorts;
let embedded: Awaited<ReturnType<typeof embeddedStores>>;

beforeAll(async () => {
  embedded = await embeddedStores();
  const { catalog, objects } = embedded.stores;
  image = await storeImage(embedded.stores, undefined, [
    { type: "usage-spdx-json", key: "images/usage.spdx.json", text: '{"spdxVersion":"SPDX-2.3"}' },
  ]);
  await objects.put(reportKey(REPORT), Buffer.from('{"report":1}'));
  const { caches, feed } = testCaches();
  const status = {
    phase: "Succeeded",
    imageDigest: DIGEST,
    artifacts: image.artifacts.map((one) => ({ ...one })),
  };
  feed.scans.set(scanObject({ metadata: { name: "api", namespace: "stellaops", uid: "scan-1" }, status }));
  feed.scans.set(
    scanObject({
      metadata: { name: "mine", namespace: "evil", uid: "scan-2" },
      spec: { imageRef: "evil.io/x" },
    }),
  );
  feed.scans.set(
    scanObject({
      metadata: { name: "mine-too", namespace: "evil", uid: "scan-3" },
      spec: { imageRef: "evil.io/y" },
      status: { phase: "Succeeded", imageDigest: OTHER },
    }),
  );
  const digests = { sbom: DIGEST, advisories: DIGEST, vex: DIGEST, policy: DIGEST };
  for (const [namespace, name, report] of [
    ["team", "a", REPORT],
    ["team", "b", CUT],
    ["zoo", "c", REPORT],
  ] as const) {
    feed.reports.set(
      reportObject({
        metadata: { namespace, name, uid: `${namespace}/${name}` },
        status: { verdict: "warn", digests: { ...digests, report } },
      }),
    );
  }
  ports = {
    caches,
    images: imageCatalog(catalog),
    objects: {
      ...objects,
      read: (key, maxBytes) => objects.read(key, maxBytes),
      get: (key) =>
        key === reportKey(CUT)
          ? Promise.resolve(
              (async function* () {
                yield await Promise.resolve(Buffer.from("half"));
                throw new StellaError("OBJECT_CORRUPT", "unavailable", "bytes differ");
              })(),
            )
          : objects.get(key),
      head: (key) =>
        key === reportKey(CUT) ? Promise.resolve({ key, size: 100_000, digest: CUT }) : objects.head(key),
    },
    verdicts: {
      forReport: () =>
        Promise.resolve({ reportDigest: REPORT, summary: { verdict: "warn" } } as EvaluationDocument),
      forAdmission: () =>
        Promise.resolve({
          ttlSeconds: 30,
          results: { "a:1": { hasSbom: false, policyVerdict: "unknown", reasons: [] } },
        }),
    } as Partial<Verdicts> as Verdicts,
    createScan: (wish) => {
      made.push(wish);
      return Promise.resolve(
        scanObject({ metadata: { name: "made", namespace: wish.namespace, uid: "new" } }),
      );
    },
  };
  const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000 };
  authority = await createAuthority("test", validity);
  server = createApiServer({
    routes: apiRoutes(ports),
    authorizer,
    logger: { ...silentLogger, error: (fields: object) => errors.push(fields) },
    version: "1.2.3",
    tls: await issueServing(authority, ["localhost"], validity),
    ready: () => true,
    metrics: () => Promise.resolve("stella_up 1\n"),
    observed: (kind) => observed.push(kind),
  });
  port = await server.listen(0, "127.0.0.1");
});
afterAll(async () => {
  await server.close();
  await embedded[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

interface Ask {
  readonly as?: string | undefined;
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function call(path: string, { as, method = "GET", body, headers = {} }: Ask = {}): Promise<Answer> {
  const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: "127.0.0.1",
        port,
        path,
        method,
        servername: "localhost",
        ca: authority.certificate,
        agent: false,
        headers: {
          ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
          ...(text === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
      },
      (response) => {
        let answer = "";
        response.setEncoding("utf8").on("data", (part: string) => (answer += part));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text: answer, headers: response.headers }),
        );
        response.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(text);
  });
}

const code = ({ text }: Answer): unknown => (JSON.parse(text) as { code?: unknown }).code;
const post = (body: unknown): Ask => ({ method: "POST", body });
const runtime = { namespace: "team", images: ["a:1"] };

describe("who may do what", () => {
  const sbom = `/api/sboms/${DIGEST}`;
  const cdx = () => `/api/catalog/artifacts/${image.artifacts[1]?.digest ?? ""}`;
  it.each<{ name: string; path: string | (() => string); ask?: Ask; want: Readonly<Record<string, number>> }>(
    [
      {
        name: "make a Scan",
        path: "/api/scans",
        ask: post({ imageRef: "a:1", namespace: "evil" }),
        want: { nobody: 403, team: 403, evil: 202, admin: 202 },
      },
      {
        name: "see a Scan",
        path: "/api/scans/scan-1",
        want: { nobody: 404, team: 404, evil: 404, admin: 200 },
      },
      {
        name: "see one's own Scan",
        path: "/api/scans/scan-2",
        want: { nobody: 404, team: 404, evil: 200, admin: 200 },
      },
      {
        name: "see a difference: of images that one may read",
        path: `/api/diff?old=${DIGEST}&new=${DIGEST}`,
        want: { nobody: 404, team: 200, evil: 404, admin: 200 },
      },
      {
        name: "read an SBOM: a Scan that only asks for a digest gives no right to it",
        path: sbom,
        want: { nobody: 404, team: 200, evil: 404, admin: 200 },
      },
      {
        name: "read an SBOM as one namespace",
        path: `${sbom}?namespace=zoo`,
        want: { team: 404, admin: 200 },
      },
      { name: "see a document", path: cdx, want: { nobody: 404, team: 200, evil: 404, admin: 200 } },
      {
        name: "list the Reports of a namespace",
        path: "/api/reports?namespace=team",
        want: { nobody: 403, team: 200, evil: 403, admin: 200 },
      },
      {
        name: "list all Reports",
        path: "/api/reports",
        want: { nobody: 403, team: 403, evil: 403, admin: 200 },
      },
      {
        name: "read a Report",
        path: "/api/reports/team/a",
        want: { nobody: 403, team: 200, evil: 403, admin: 200 },
      },
      {
        name: "judge anew",
        path: "/api/reports",
        ask: post({ imageDigest: DIGEST, namespace: "team" }),
        want: { nobody: 403, team: 403, writer: 200, admin: 200 },
      },
      {
        name: "ask for admission",
        path: "/api/v1/scanner/policy/runtime",
        ask: post(runtime),
        want: { nobody: 403, team: 403, evil: 403, admin: 200 },
      },
      { name: "read metrics", path: "/metrics", want: { nobody: 403, team: 403, admin: 200 } },
      { name: "read the OpenAPI document", path: "/openapi.json", want: { nobody: 200 } },
    ],
  )("$name", async ({ path, ask, want }) => {
    const url = typeof path === "string" ? path : path();
    const anonymous = await call(url, ask);
    expect([anonymous.status, code(anonymous)]).toEqual([401, "UNAUTHENTICATED"]);
    expect(anonymous.headers["www-authenticate"]).toContain("Bearer");
    expect((await call(url, { ...ask, as: "forged" })).status).toBe(401);
    const got: Record<string, number> = {};
    for (const as of Object.keys(want)) got[as] = (await call(url, { ...ask, as })).status;
    expect(got).toEqual(want);
  });

  it("a refusal names the right that is missing", async () => {
    const answer = await call("/api/reports?namespace=zoo", { as: "team" });
    expect(answer.text).toContain("you may not list reports in namespace zoo");
  });

  it.each(["/healthz", "/readyz"])("%s needs no token", async (path) => {
    expect((await call(path)).status).toBe(200);
  });
});

describe("answers", () => {
  const as = "admin";

  it("an SBOM is the stored document, and 304 to who has it", async () => {
    const answer = await call(`/api/sboms/${DIGEST}`, { as });
    expect(answer.text).toBe('{"bomFormat":"CycloneDX"}');
    expect(answer.headers["content-type"]).toContain("application/vnd.cyclonedx+json");
    expect(answer.headers.etag).toBe(`"${image.artifacts[1]?.digest ?? ""}"`);
    const again = await call(`/api/sboms/${DIGEST}`, {
      as,
      headers: { "if-none-match": answer.headers.etag ?? "" },
    });
    expect([again.status, again.text]).toEqual([304, ""]);
  });

  it("an SBOM comes in the format and view asked for", async () => {
    const answer = await call(`/api/sboms/${DIGEST}?format=spdx-json&view=usage`, { as });
    expect([answer.text, answer.headers["content-type"]]).toEqual([
      '{"spdxVersion":"SPDX-2.3"}',
      "application/spdx+json",
    ]);
  });

  it("a difference is made of two stored SBOMs", async () => {
    const answer = await call(`/api/diff?old=${DIGEST}&new=${DIGEST}`, { as });
    expect(JSON.parse(answer.text)).toMatchObject({
      old: DIGEST,
      new: DIGEST,
      added: [],
      removed: [],
      changed: [],
    });
  });

  it("Reports come in pages", async () => {
    const seen: string[] = [];
    let after = "";
    for (let pages = 0; pages < 5; pages++) {
      const { text } = await call(
        `/api/reports?limit=1${after === "" ? "" : `&after=${encodeURIComponent(after)}`}`,
        { as },
      );
      const page = JSON.parse(text) as { items: { namespace: string; name: string }[]; next?: string };
      seen.push(...page.items.map(({ namespace, name }) => `${namespace}/${name}`));
      if (page.next === undefined) break;
      after = page.next;
    }
    expect(seen).toEqual(["team/a", "team/b", "zoo/c"]);
  });

  it("a Scan is made as asked", async () => {
    made.length = 0;
    const answer = await call("/api/scans", { as, ...post({ imageRef: "a:1", pullSecret: "s" }) });
    expect(JSON.parse(answer.text)).toEqual({ scanId: "new", namespace: "stellaops", name: "made" });
    expect(made).toEqual([{ imageRef: "a:1", namespace: "stellaops", pullSecret: "s", force: false }]);
  });

  it("a document that breaks off ends the connection, not the server", async () => {
    await expect(call("/api/reports/team/b", { as })).rejects.toThrow();
    expect((await call("/api/reports/team/a", { as })).text).toBe('{"report":1}');
  });

  it.each<{ name: string; path: string; ask?: Ask; status: number; code: string }>([
    { name: "no such path", path: "/api/none", status: 404, code: "NOT_FOUND" },
    { name: "no such method", path: "/api/scans", ask: { method: "DELETE" }, status: 404, code: "NOT_FOUND" },
    { name: "no such Scan", path: "/api/scans/none", status: 404, code: "SCAN_MISSING" },
    {
      name: "a Scan id that is too long",
      path: `/api/scans/${"x".repeat(65)}`,
      status: 400,
      code: "REQUEST_INVALID",
    },
    { name: "no digest", path: "/api/sboms/latest", status: 400, code: "REQUEST_INVALID" },
    { name: "an image that was not scanned", path: `/api/sboms/${OTHER}`, status: 404, code: "SBOM_MISSING" },
    {
      name: "an unknown format",
      path: `/api/sboms/${DIGEST}?format=xml`,
      status: 400,
      code: "REQUEST_INVALID",
    },
    {
      name: "a BOM-Index of one view",
      path: `/api/sboms/${DIGEST}?format=bom-index&view=usage`,
      status: 400,
      code: "FORMAT_WITHOUT_VIEW",
    },
    {
      name: "a format that is not stored",
      path: `/api/sboms/${DIGEST}?format=cdx-pb`,
      status: 404,
      code: "SBOM_MISSING",
    },
    {
      name: "a difference to nothing",
      path: `/api/diff?old=${DIGEST}`,
      status: 400,
      code: "REQUEST_INVALID",
    },
    {
      name: "a difference to an unknown image",
      path: `/api/diff?old=${DIGEST}&new=${OTHER}`,
      status: 404,
      code: "SBOM_MISSING",
    },
    {
      name: "an unknown query",
      path: `/api/sboms/${DIGEST}?fromat=cdx-json`,
      status: 400,
      code: "REQUEST_INVALID",
    },
    {
      name: "an unknown document",
      path: `/api/catalog/artifacts/${digestOf("none")}`,
      status: 404,
      code: "ARTIFACT_MISSING",
    },
    { name: "a page of no items", path: "/api/reports?limit=0", status: 400, code: "REQUEST_INVALID" },
    { name: "no such Report", path: "/api/reports/team/none", status: 404, code: "REPORT_MISSING" },
    { name: "a name that is none", path: "/api/reports/team/A_B", status: 400, code: "REQUEST_INVALID" },
    {
      name: "a body that is no JSON",
      path: "/api/scans",
      ask: { method: "POST", body: "{" },
      status: 400,
      code: "REQUEST_INVALID",
    },
    { name: "a body of nothing", path: "/api/scans", ask: post({}), status: 400, code: "REQUEST_INVALID" },
    {
      name: "a field that is none",
      path: "/api/scans",
      ask: post({ imageRef: "a", imageref: "b" }),
      status: 400,
      code: "REQUEST_INVALID",
    },
    {
      name: "a body that is too large",
      path: "/api/scans",
      ask: post({ imageRef: "a".repeat(1_100_000) }),
      status: 413,
      code: "REQUEST_INVALID",
    },
    {
      name: "a Report on nothing",
      path: "/api/reports",
      ask: post({ imageDigest: OTHER, namespace: "team" }),
      status: 404,
      code: "REPORT_MISSING",
    },
    {
      name: "no image at admission",
      path: "/api/v1/scanner/policy/runtime",
      ask: post({ namespace: "n", images: [] }),
      status: 400,
      code: "REQUEST_INVALID",
    },
  ])("$name: $status", async ({ path, ask, status, code: want }) => {
    const answer = await call(path, { as, ...ask });
    expect([answer.status, code(answer)]).toEqual([status, want]);
  });

  it("counts every request by its class", () => {
    expect(new Set(observed)).toEqual(new Set(["2xx", "3xx", "4xx"]));
    expect(NOW).toBeGreaterThan(0);
  });
});

describe("OpenAPI document", () => {
  interface Operation {
    readonly summary: string;
    readonly parameters: readonly {
      readonly name: string;
      readonly in: string;
      readonly required: boolean;
    }[];
    readonly requestBody?: unknown;
    readonly responses: Readonly<Record<string, unknown>>;
  }
  type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

  it("lists every route with its parameters, body and answers", () => {
    const routes = apiRoutes(ports);
    const document = openApiDocument(routes, "1.2.3");
    expect(document["openapi"]).toBe("3.1.0");
    const paths = document["paths"] as Paths;
    const listed = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(listed.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    for (const { method, path, body, status = 200 } of routes) {
      const operation = paths[path]?.[method.toLowerCase()];
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(
        operation?.parameters.filter((one) => one.in === "path" && one.required).map(({ name }) => name),
      ).toEqual(inPath);
      expect(operation?.requestBody !== undefined).toBe(body !== undefined);
      expect(Object.keys(operation?.responses ?? {})).toEqual([String(status), "default"]);
    }
  });
});
