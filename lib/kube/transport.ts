// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP/1.1 to one API server: kept-alive connections, a bound on requests in flight, deadlines on everything.
 * HTTP/1.1 on purpose: over HTTP/2 one half-open connection would hold every watch and request at once.
 */
import http from "node:http";
import https from "node:https";
import { messageOf, StellaError } from "../errors.ts";
import type { Credentials, CredentialSource } from "./credentials.ts";
import { errorOfStatus, kubeErrors } from "./errors.ts";
import type { Status } from "./types.ts";

export interface HttpRequest {
  readonly method: string;
  /** Absolute path with query. */
  readonly path: string;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  /** `application/json` when absent. */
  readonly accept?: string | undefined;
  /** Whether the request may be sent twice when a kept connection turns out to be dead. */
  readonly repeatable?: boolean | undefined;
  /** From the call to the last byte (streams: to the head of the answer). */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export interface Transport {
  /** Any answer, also 4xx and 5xx. @throws KUBE_UNAVAILABLE, KUBE_ANSWER_INVALID over the size limit */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** The body of a 2xx answer as it comes, outside the bound on requests. Destroy it to end the request. */
  open(request: HttpRequest): Promise<http.IncomingMessage>;
  /** Closes idle connections and ends running requests. */
  close(): void;
}

export interface TransportOptions {
  readonly credentials: CredentialSource;
  readonly maxRequests: number;
  readonly maxAnswerBytes: number;
  readonly userAgent: string;
}

const FREE_SOCKET_MS = 30_000;
const TCP_KEEP_ALIVE_MS = 15_000;

interface Agents {
  readonly http: http.Agent;
  readonly https: http.Agent;
}

export function createTransport(options: TransportOptions): Transport {
  const keep: http.AgentOptions = {
    keepAlive: true,
    keepAliveMsecs: TCP_KEEP_ALIVE_MS,
    maxSockets: options.maxRequests,
    timeout: FREE_SOCKET_MS,
  };
  const requests: Agents = { http: new http.Agent(keep), https: new https.Agent(keep) };
  const streams: Agents = { http: new http.Agent(), https: new https.Agent() };
  const every = [requests.http, requests.https, streams.http, streams.https];
  const running = new Set<http.ClientRequest>();

  const exchange = async <Result>(
    request: HttpRequest,
    agents: Agents,
    take: (answer: http.IncomingMessage) => Promise<Result>,
  ): Promise<Result> => {
    const credentials = await options.credentials.current();
    const sent = start(request, credentials, agents, options.userAgent);
    running.add(sent);
    sent.once("close", () => running.delete(sent));
    const deadline = setTimeout(
      () => sent.destroy(new Error(`no answer in ${request.timeoutMs} ms`)),
      request.timeoutMs,
    );
    const abort = (): void => void sent.destroy(new Error("given up by the caller"));
    request.signal?.addEventListener("abort", abort, { once: true });
    try {
      if (request.signal?.aborted === true) abort();
      return await take(await headOf(sent));
    } catch (error) {
      sent.destroy();
      if (request.repeatable === true && sent.reusedSocket && isReset(error)) {
        return await exchange({ ...request, repeatable: false }, agents, take);
      }
      throw asUnavailable(`${request.method} ${request.path}`, error);
    } finally {
      clearTimeout(deadline);
      request.signal?.removeEventListener("abort", abort);
    }
  };

  /** Sends again, once, when the server no longer takes our token. */
  const authenticated = async (
    request: HttpRequest,
    call: () => Promise<HttpAnswer>,
  ): Promise<HttpAnswer> => {
    const answer = await call();
    if (answer.status !== 401 || request.signal?.aborted === true) return answer;
    options.credentials.refused();
    return call();
  };

  const readWhole = async (answer: http.IncomingMessage): Promise<HttpAnswer> => ({
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    text: await textOf(answer, options.maxAnswerBytes),
  });

  return {
    send: (request) => authenticated(request, () => exchange(request, requests, readWhole)),
    open: async (request) => {
      const body = await exchange(request, streams, async (answer) => {
        if ((answer.statusCode ?? 0) < 300) return answer;
        const { status, headers, text } = await readWhole(answer);
        if (status === 401) options.credentials.refused();
        throw errorOfStatus(
          `${request.method} ${request.path}`,
          status,
          statusOf(text),
          headers["retry-after"],
        );
      });
      if (request.signal !== undefined) destroyOnAbort(body, request.signal);
      return body;
    },
    close: () => {
      for (const request of running) request.destroy(new Error("the client was closed"));
      for (const agent of every) agent.destroy();
    },
  };
}

function start(
  request: HttpRequest,
  credentials: Credentials,
  agents: Agents,
  userAgent: string,
): http.ClientRequest {
  const url = new URL(`${credentials.server.replace(/\/$/, "")}${request.path}`);
  const secure = url.protocol === "https:";
  const body = request.body === undefined ? undefined : Buffer.from(request.body);
  const sent = (secure ? https : http).request(url, {
    method: request.method,
    agent: credentials.agent ?? (secure ? agents.https : agents.http),
    headers: {
      ...credentials.headers,
      accept: request.accept ?? "application/json",
      "user-agent": userAgent,
      ...(body === undefined
        ? {}
        : { "content-type": request.contentType ?? "application/json", "content-length": body.length }),
    },
    ca: credentials.ca,
    cert: credentials.cert,
    key: credentials.key,
    servername: credentials.servername,
    rejectUnauthorized: credentials.rejectUnauthorized,
  });
  sent.on("socket", (socket) => socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS));
  sent.on("error", () => undefined); // headOf and the body's reader report it; nobody may be listening later
  sent.end(body);
  return sent;
}

function headOf(sent: http.ClientRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once("response", (answer) => {
      answer.on("error", () => undefined); // a stream's reader sees it too; between reads it must not be fatal
      resolve(answer);
    });
    sent.once("error", reject);
    sent.once("close", () => reject(new Error("the connection closed before an answer")));
  });
}

async function textOf(answer: http.IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      throw kubeErrors.make("KUBE_ANSWER_INVALID", `the answer is over ${maxBytes} bytes`, {
        data: { maxBytes },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString("utf8");
}

function destroyOnAbort(body: http.IncomingMessage, signal: AbortSignal): void {
  const abort = (): void => void body.destroy(new Error("given up by the caller"));
  signal.addEventListener("abort", abort, { once: true });
  body.once("close", () => signal.removeEventListener("abort", abort));
  if (signal.aborted) abort();
}

const isReset = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");

/** Our errors as they are; whatever a socket throws as KUBE_UNAVAILABLE. */
export function asUnavailable(what: string, error: unknown): StellaError {
  if (error instanceof StellaError) return error;
  return kubeErrors.make("KUBE_UNAVAILABLE", `${what}: ${messageOf(error)}`, { cause: error });
}

/** The metav1.Status in an answer, if that is what it is; the start of the text as its message if not. */
export function statusOf(text: string): Status {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "kind" in value && value.kind === "Status") {
      return value as Status;
    }
  } catch {
    // proxies answer in HTML or plain text
  }
  return { message: text.slice(0, 200).trim() };
}
