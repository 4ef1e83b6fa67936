// SPDX-License-Identifier: Apache-2.0
/**
 * Callers are Kubernetes identities: a bearer token is reviewed by the API server (TokenReview), then the right to the
 * custom resource behind the path is asked for (SubjectAccessReview). Nothing is read without both.
 */
import { createHash } from "node:crypto";
import type { Clock } from "#lib/clock.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { defineErrors } from "#lib/errors.ts";
import { builtin } from "#lib/kube/index.ts";
import type { KubeClient, KubeObject, Resource } from "#lib/kube/index.ts";

export const authErrors = defineErrors("auth", {
  /** Answered with 401. */
  UNAUTHENTICATED: "denied",
  FORBIDDEN: "denied",
});

export interface Caller {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
}

export interface Access {
  readonly verb: "get" | "list" | "create" | "update";
  /** `admissionreviews` is no kind: the right to ask for verdicts on behalf of admission. */
  readonly resource: "scans" | "reports" | "admissionreviews";
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
}

export interface Authorizer {
  /** @throws UNAUTHENTICATED */
  authenticate(authorization: string | undefined): Promise<Caller>;
  may(caller: Caller, access: Access): Promise<boolean>;
}

interface TokenReview extends KubeObject {
  readonly spec: { readonly token: string };
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: {
      readonly username?: string;
      readonly uid?: string;
      readonly groups?: readonly string[];
    };
  };
}

interface SubjectAccessReview extends KubeObject {
  readonly spec: object;
  readonly status?: { readonly allowed?: boolean };
}

/** A revoked token or right ends within this time. */
const TTL_MS = 10_000;
const MAX_ENTRIES = 2_000;
const MAX_TOKEN = 16 * 1024;

export function kubernetesAuthorizer(client: KubeClient, clock: Clock): Authorizer {
  const callers = new ExpiringMap<Caller>(clock);
  const rights = new ExpiringMap<boolean>(clock);
  return {
    authenticate: async (authorization) => {
      const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? "")?.[1];
      if (token === undefined || token.length > MAX_TOKEN) {
        throw authErrors.make(
          "UNAUTHENTICATED",
          "send a Kubernetes bearer token: Authorization: Bearer TOKEN",
        );
      }
      const key = createHash("sha256").update(token).digest("base64");
      const known = callers.get(key);
      if (known !== undefined) return known;
      const caller = await reviewToken(client, token);
      callers.set(key, caller);
      return caller;
    },
    may: async (caller, access) => {
      const key = canonicalJson([caller, access]);
      const known = rights.get(key);
      if (known !== undefined) return known;
      const allowed = await reviewAccess(client, caller, access);
      rights.set(key, allowed);
      return allowed;
    },
  };
}

async function reviewToken(client: KubeClient, token: string): Promise<Caller> {
  const review = await client.create(builtin.tokenReviews as Resource<TokenReview>, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenReview",
    metadata: {},
    spec: { token },
  });
  const user = review.status?.user;
  if (review.status?.authenticated !== true || user?.username === undefined) {
    throw authErrors.make("UNAUTHENTICATED", "the API server does not know this token");
  }
  return { username: user.username, uid: user.uid ?? "", groups: user.groups ?? [] };
}

async function reviewAccess(client: KubeClient, caller: Caller, access: Access): Promise<boolean> {
  const review = await client.create(builtin.subjectAccessReviews as Resource<SubjectAccessReview>, {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: {},
    spec: {
      user: caller.username,
      uid: caller.uid,
      groups: caller.groups,
      resourceAttributes: { group: "stella-ops.org", version: "v1alpha1", ...access },
    },
  });
  return review.status?.allowed === true;
}

/** Oldest entries go first once it is full. */
class ExpiringMap<Value> {
  readonly #clock: Clock;
  readonly #entries = new Map<string, { readonly value: Value; readonly expires: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expires > this.#clock.now() ? entry.value : undefined;
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= MAX_ENTRIES && oldest.done !== true) this.#entries.delete(oldest.value);
    this.#entries.set(key, { value, expires: this.#clock.now() + TTL_MS });
  }
}
