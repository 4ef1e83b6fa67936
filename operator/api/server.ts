// SPDX-License-Identifier: Apache-2.0
/** The REST API over HTTPS: zod in, one use case, zod out; every failure is a problem with a stable code. */
import { Readable } from "node:stream";
import Fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { codeOf, defineErrors, errorKinds, kindOf, messageOf } from "#lib/errors.ts";
import type { KubeLogger } from "#lib/kube/index.ts";
import { authErrors } from "./auth.ts";
import type { Authorizer } from "./auth.ts";
import { openApiDocument } from "./openapi.ts";
import type { Route, Shape, StreamedBody } from "./route.ts";

export const apiErrors = defineErrors("api", { REQUEST_INVALID: "invalid", NOT_FOUND: "missing" });

export type StatusClass = "2xx" | "3xx" | "4xx" | "5xx";

export interface ApiOptions {
  readonly routes: readonly Route[];
  readonly authorizer: Authorizer;
  readonly logger: KubeLogger;
  readonly version: string;
  readonly tls: { readonly certificate: string; readonly key: string };
  readonly ready: () => boolean;
  readonly metrics: () => Promise<string>;
  /** Each request's class of status, and its seconds. */
  readonly observed: (status: StatusClass, seconds: number) => void;
}

const MAX_BODY = 1024 * 1024;

export interface ApiServer {
  listen(port: number, host?: string): Promise<number>;
  /** From now on new connections get this certificate. */
  setCertificate(tls: ApiOptions["tls"]): void;
  close(): Promise<void>;
}

export function createApiServer(options: ApiOptions): ApiServer {
  const { certificate: cert, key } = options.tls;
  const app = Fastify({
    https: { cert, key, minVersion: "TLSv1.2" },
    bodyLimit: MAX_BODY,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 300 },
  });
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, error, options.logger));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      apiErrors.make("NOT_FOUND", `there is no ${request.method} ${pathOf(request)}`),
      options.logger,
    ),
  );
  app.addHook("onResponse", (_request, reply, done) => {
    options.observed(`${Math.floor(reply.statusCode / 100)}xx` as StatusClass, reply.elapsedTime / 1000);
    done();
  });
  app.get("/healthz", () => ({ status: "ok" }));
  app.get("/readyz", (_request, reply) =>
    reply.code(options.ready() ? 200 : 503).send({ ready: options.ready() }),
  );
  const document = openApiDocument(options.routes, options.version);
  app.get("/openapi.json", async (request) => {
    await options.authorizer.authenticate(request.headers.authorization);
    return document;
  });
  app.get("/metrics", async (request, reply) => {
    const caller = await options.authorizer.authenticate(request.headers.authorization);
    if (!(await options.authorizer.may(caller, { verb: "list", resource: "reports" })))
      throw forbidden("list reports");
    return reply.type("text/plain; version=0.0.4").send(await options.metrics());
  });
  for (const route of options.routes) register(app, route, options);
  return {
    listen: async (port, host = "::") => {
      await app.listen({ port, host });
      return portOf(app.addresses()[0]) ?? port;
    },
    setCertificate: (tls) =>
      (app.server as unknown as { setSecureContext(context: object): void }).setSecureContext({
        cert: tls.certificate,
        key: tls.key,
        minVersion: "TLSv1.2",
      }),
    close: () => app.close(),
  };
}

function register(app: FastifyInstance, route: Route, options: ApiOptions): void {
  const url = route.path.replace(/\{([a-zA-Z]+)\}/g, ":$1");
  app.route({
    method: route.method,
    url,
    handler: async (request, reply) => {
      const caller = await options.authorizer.authenticate(request.headers.authorization);
      const input = {
        params: read(route.params, request.params, "path"),
        query: read(route.query, request.query, "query"),
        body: read(route.body, request.body, "body"),
        caller,
        may: (access: Parameters<Authorizer["may"]>[1]) => options.authorizer.may(caller, access),
        require: async (access: Parameters<Authorizer["may"]>[1]) => {
          if (await options.authorizer.may(caller, access)) return;
          const where =
            access.namespace === undefined ? "in all namespaces" : `in namespace ${access.namespace}`;
          throw forbidden(`${access.verb} ${access.resource} ${where}`);
        },
      };
      const answer = await route.handle(input as never);
      if (route.response === undefined) return sendStream(reply, answer as StreamedBody, request);
      return reply.code(route.status ?? 200).send(route.response.parse(answer));
    },
  });
}

function read(shape: Shape | undefined, value: unknown, place: string): unknown {
  if (shape === undefined) return undefined;
  const parsed = shape.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${[place, ...issue.path].join(".")}: ${issue.message}`,
  );
  throw apiErrors.make("REQUEST_INVALID", problems.slice(0, 10).join("; "));
}

function sendStream(reply: FastifyReply, body: StreamedBody, request: FastifyRequest): FastifyReply {
  const tag = `"${body.digest}"`;
  void reply.header("etag", tag).header("cache-control", "private, max-age=0");
  if (request.headers["if-none-match"] === tag) return reply.code(304).send();
  return reply
    .type(body.contentType)
    .header("content-length", body.size)
    .send(Readable.from(body.stream, { objectMode: false }));
}

function sendProblem(reply: FastifyReply, error: unknown, logger: KubeLogger): FastifyReply {
  const fastifyStatus = (error as { statusCode?: number }).statusCode;
  if (fastifyStatus !== undefined && fastifyStatus < 500) {
    return reply.code(fastifyStatus).send({ code: "REQUEST_INVALID", message: messageOf(error) });
  }
  if (error instanceof z.ZodError) logger.error({ err: error }, "an answer breaks its own contract");
  const kind = kindOf(error);
  if (kind === "bug") logger.error({ err: error }, "request failed");
  const status = authErrors.is(error, "UNAUTHENTICATED") ? 401 : errorKinds[kind].http;
  if (status === 401) void reply.header("www-authenticate", 'Bearer realm="kubernetes"');
  const message = kind === "bug" ? "internal error" : messageOf(error);
  return reply.code(status).send({ code: codeOf(error), message });
}

const forbidden = (what: string): Error =>
  authErrors.make("FORBIDDEN", `you may not ${what} (stella-ops.org)`);
const portOf = (address: unknown): number | undefined => (address as { port?: number } | undefined)?.port;
const pathOf = (request: FastifyRequest): string => (request.url.split("?")[0] ?? "").slice(0, 200);
