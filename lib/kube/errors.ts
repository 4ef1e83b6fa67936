// SPDX-License-Identifier: Apache-2.0
/**
 * Error codes of the Kubernetes runtime, and how an API server's answer becomes one of them.
 * Follows metav1.Status reasons and kubernetes.io/docs/reference/using-api/api-concepts, "Retry".
 */
import { defineErrors, StellaError } from "../errors.ts";
import type { Status } from "./types.ts";

export const kubeErrors = defineErrors("kube", {
  KUBE_NOT_FOUND: "missing",
  /** 409: another writer was first, the name exists already, or server-side apply met another owner. */
  KUBE_CONFLICT: "conflict",
  KUBE_FORBIDDEN: "denied",
  KUBE_UNAUTHENTICATED: "denied",
  /** 400, 413, 415, 422 and other refusals that trying again cannot help. */
  KUBE_INVALID: "invalid",
  /** 429; `data.retryAfterMs` says how long to wait. */
  KUBE_TOO_MANY: "exhausted",
  /** 410: a resource version or continue token that the server no longer has. */
  KUBE_EXPIRED: "conflict",
  /** No answer in time, no connection, or 5xx. */
  KUBE_UNAVAILABLE: "unavailable",
  /** An answer that is too large or is not what the API promises. */
  KUBE_ANSWER_INVALID: "unavailable",
  /** The kubeconfig or the service account files cannot be used. */
  KUBE_CONFIG_INVALID: "invalid",
  /** A condition or event that breaks the API's rules. */
  KUBE_CONDITION_INVALID: "bug",
});

type KubeErrorCode = keyof typeof kubeErrors.codes;

const CODES: Readonly<Record<number, KubeErrorCode>> = {
  401: "KUBE_UNAUTHENTICATED",
  403: "KUBE_FORBIDDEN",
  404: "KUBE_NOT_FOUND",
  408: "KUBE_UNAVAILABLE",
  409: "KUBE_CONFLICT",
  410: "KUBE_EXPIRED",
  429: "KUBE_TOO_MANY",
};

function codeOfStatus(http: number): KubeErrorCode {
  const known = CODES[http];
  if (known !== undefined) return known;
  if (http >= 500) return "KUBE_UNAVAILABLE";
  return http >= 400 ? "KUBE_INVALID" : "KUBE_ANSWER_INVALID";
}

const MAX_MESSAGE = 1000;
const MAX_RETRY_AFTER_MS = 120_000;

/**
 * The error for an answer other than 2xx. `data` holds `status`, the API's `reason` and `retryAfterMs`
 * when the server named one (at most two minutes).
 */
export function errorOfStatus(
  what: string,
  http: number,
  status: Status | undefined,
  retryAfterHeader?: string,
): StellaError {
  const text = (status?.message ?? "").slice(0, MAX_MESSAGE);
  const retryAfterMs = retryAfterOf(status, retryAfterHeader);
  return kubeErrors.make(codeOfStatus(http), `${what}: ${text === "" ? `HTTP ${http}` : text}`, {
    data: {
      status: http,
      ...(status?.reason === undefined ? {} : { reason: status.reason }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  });
}

function retryAfterOf(status: Status | undefined, header: string | undefined): number | undefined {
  const seconds = header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
  const wanted = seconds ?? status?.details?.retryAfterSeconds;
  return typeof wanted === "number" && wanted >= 0 ? Math.min(wanted * 1000, MAX_RETRY_AFTER_MS) : undefined;
}

/** The wait that the API server asked for, in milliseconds. */
export function retryAfterMsOf(error: unknown): number | undefined {
  const wait = error instanceof StellaError ? error.data["retryAfterMs"] : undefined;
  return typeof wait === "number" ? wait : undefined;
}

/** Whether a create failed only because the object is there already. */
export function isAlreadyExists(error: unknown): boolean {
  return kubeErrors.is(error, "KUBE_CONFLICT") && error.data["reason"] === "AlreadyExists";
}
