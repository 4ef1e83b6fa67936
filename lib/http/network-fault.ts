// SPDX-License-Identifier: Apache-2.0
/** What a broken connection means: in words, whether it may pass, and what the reader could change. */
import { TOO_SLOW } from "./paced.ts";

const FINAL =
  /^(?:ENOTFOUND|TOO_SLOW|HPE_|EPROTO|ERR_TLS|ERR_SSL|ERR_INVALID|UND_ERR_INVALID|UND_ERR_NOT_SUPPORTED)|CERT|SELF_SIGNED|UNABLE_TO_|_SIGNATURE/;

export interface NetworkFault {
  readonly code: string;
  /** `nothing listens there (ECONNREFUSED)` */
  readonly reason: string;
  /** Whether another try may help. */
  readonly passing: boolean;
  /** What a setting could change: trust in the certificate's CA, or leave to speak without TLS. */
  readonly cure?: "trust" | "plain";
}

/** Undefined for what undici and node:net did not throw, and for an abort. */
export function networkFault(error: unknown, isTls: boolean): NetworkFault | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === "AbortError") return proxyFault(error.message);
  const code = causeCode(error);
  return code === undefined ? undefined : { code, passing: !FINAL.test(code), ...explain(code, isTls) };
}

/** undici tells of a proxy that opens no tunnel as if somebody had aborted, and of its answer in words only. */
function proxyFault(message: string): NetworkFault | undefined {
  const status = /^Proxy response \(([0-9]{3})\)/.exec(message)?.[1];
  if (status === undefined) return undefined;
  const reason = `its proxy opens no tunnel (${status}${status === "407" ? ": it asks for a login" : ""})`;
  return { code: `PROXY_${status}`, reason, passing: Number(status) >= 500 };
}

/** Codes sit on the error, on its cause, or on the parts of an AggregateError (one for each address tried). */
function causeCode(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 4) return undefined;
  // undici's parser gives a code to some of its complaints only
  const code = error.name === "HTTPParserError" ? "HPE_INVALID" : (error as { code?: unknown }).code;
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  const below = causeCode(inner, depth + 1);
  return below ?? (typeof code === "string" ? code : undefined);
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there (ECONNREFUSED)",
  ENOTFOUND: "its host name is unknown (ENOTFOUND)",
  UND_ERR_CONNECT_TIMEOUT: "no connection within the time limit",
  UND_ERR_HEADERS_TIMEOUT: "no answer within the time limit",
  UND_ERR_BODY_TIMEOUT: "the answer stopped in the middle",
  [TOO_SLOW]: "the answer comes too slowly",
};

function explain(code: string, isTls: boolean): Pick<NetworkFault, "reason" | "cure"> {
  const known = REASONS[code];
  if (known !== undefined) return { reason: known };
  if (code.startsWith("HPE_")) return { reason: "what answers does not speak HTTP" };
  if (/CERT|SELF_SIGNED|UNABLE_TO_|_SIGNATURE|ERR_TLS/.test(code)) {
    return { reason: `its certificate is not trusted (${code})`, cure: "trust" };
  }
  if (isTls && /EPROTO|ERR_SSL/.test(code)) {
    return { reason: `it does not speak TLS (${code})`, cure: "plain" };
  }
  return { reason: `the connection failed (${code})` };
}
