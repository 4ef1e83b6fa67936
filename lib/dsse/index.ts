// SPDX-License-Identifier: Apache-2.0
/**
 * DSSE envelopes: a payload, its type, and signatures over both. Follows
 * https://github.com/secure-systems-lab/dsse (protocol.md, envelope.md). Keys are Ed25519, or ECDSA over P-256 with SHA-256 whose
 * signatures are in DER, as cosign writes them.
 */
import { createHash, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { z } from "zod";
import { defineErrors } from "../errors.ts";

export const dsseErrors = defineErrors("dsse", {
  /** Bytes that are no envelope. */
  DSSE_INVALID: "invalid",
  /** A key of a kind that is not signed or verified with here. */
  DSSE_KEY_UNSUPPORTED: "invalid",
});

const MAX_SIGNATURES = 20;
const base64 = z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/, "not base64");

const envelopeSchema = z.object({
  payload: base64,
  payloadType: z.string().min(1).max(256),
  signatures: z
    .array(z.object({ keyid: z.string().max(256).default(""), sig: base64.max(1024) }))
    .min(1)
    .max(MAX_SIGNATURES),
});

export type Envelope = z.output<typeof envelopeSchema>;

/** Hex SHA-256 of the public key's SubjectPublicKeyInfo. */
export function keyIdOf(key: KeyObject): string {
  const shared = key.type === "private" ? createPublicKey(key) : key;
  return createHash("sha256")
    .update(shared.export({ type: "spki", format: "der" }))
    .digest("hex");
}

/** @throws DSSE_KEY_UNSUPPORTED */
export function signEnvelope(payloadType: string, payload: Uint8Array, key: KeyObject): Envelope {
  const sig = sign(hashFor(key), preAuthEncoding(payloadType, payload), key);
  return {
    payload: Buffer.from(payload).toString("base64"),
    payloadType,
    signatures: [{ keyid: keyIdOf(key), sig: sig.toString("base64") }],
  };
}

/** @throws DSSE_INVALID */
export function parseEnvelope(text: string): Envelope {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw dsseErrors.make("DSSE_INVALID", "the envelope is no JSON", { cause });
  }
  const parsed = envelopeSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw dsseErrors.make(
    "DSSE_INVALID",
    `the envelope: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`,
  );
}

/**
 * The payload when one of the signatures is one of these keys', else undefined. Key ids only order the tries: they are not
 * signed. @throws DSSE_KEY_UNSUPPORTED
 */
export function verifyEnvelope(
  { payload, payloadType, signatures }: Envelope,
  keys: readonly KeyObject[],
): Uint8Array | undefined {
  const bytes = Buffer.from(payload, "base64");
  const signed = preAuthEncoding(payloadType, bytes);
  const isGood = keys.some((key) =>
    signatures.some(({ sig }) => verify(hashFor(key), signed, key, Buffer.from(sig, "base64"))),
  );
  return isGood ? bytes : undefined;
}

/** PAE of protocol.md: lengths in ASCII decimal, so that type and payload can't run into each other. */
function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

function hashFor({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): "sha256" | null {
  if (asymmetricKeyType === "ed25519") return null;
  if (asymmetricKeyType === "ec" && asymmetricKeyDetails?.namedCurve === "prime256v1") return "sha256";
  throw dsseErrors.make(
    "DSSE_KEY_UNSUPPORTED",
    `a key of type ${asymmetricKeyType ?? "none"}; known are ed25519 and ECDSA over P-256`,
  );
}
