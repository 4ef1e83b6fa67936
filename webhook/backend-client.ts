// SPDX-License-Identifier: Apache-2.0
/** The backend's answer over HTTPS, with our own service account's token and the operator's CA. */
import { readFileSync, statSync } from "node:fs";
import { Agent, request } from "undici";
import { policyRuntimeResponse } from "#lib/contracts/admission.ts";
import { defineErrors, messageOf } from "#lib/errors.ts";
import type { CredentialSource } from "#lib/kube/index.ts";
import type { AskBackend } from "./facts-cache.ts";

export const backendErrors = defineErrors("backend", { BACKEND_UNAVAILABLE: "unavailable" });

export interface BackendOptions {
  readonly base: string;
  /** PEM; read anew when it changes. */
  readonly caFile: string;
  readonly timeoutMs: number;
  /** The token sent is the one that the API server knows us by. */
  readonly credentials: CredentialSource;
}

const MAX_ANSWER = 4 * 1024 * 1024;

export function backendClient(options: BackendOptions): { readonly ask: AskBackend; close(): Promise<void> } {
  let agent: Agent | undefined;
  let stamp = -1;
  const connection = (): Agent => {
    const { mtimeMs } = statSync(options.caFile);
    if (agent !== undefined && mtimeMs === stamp) return agent;
    const former = agent;
    agent = new Agent({
      connect: { ca: readFileSync(options.caFile, "utf8"), timeout: options.timeoutMs },
      connections: 16,
      maxResponseSize: MAX_ANSWER,
    });
    stamp = mtimeMs;
    // Ends once its last answers are in; nobody waits for that.
    former?.close().catch(() => undefined);
    return agent;
  };
  return {
    ask: async (question) => {
      try {
        const { headers } = await options.credentials.current();
        const response = await request(`${options.base}/api/v1/scanner/policy/runtime`, {
          method: "POST",
          dispatcher: connection(),
          headers: { ...headers, "content-type": "application/json" },
          body: JSON.stringify(question),
          signal: AbortSignal.timeout(options.timeoutMs),
        });
        const text = await response.body.text();
        if (response.statusCode === 401) options.credentials.refused();
        if (response.statusCode !== 200) throw new Error(`it answered ${response.statusCode}`);
        return policyRuntimeResponse.parse(JSON.parse(text));
      } catch (cause) {
        throw backendErrors.make("BACKEND_UNAVAILABLE", `the backend gave no answer: ${messageOf(cause)}`, {
          cause,
        });
      }
    },
    close: async () => {
      await agent?.close();
    },
  };
}
