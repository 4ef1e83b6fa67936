// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeOf } from "../errors.ts";
import { dsseErrors, keyIdOf, parseEnvelope, signEnvelope, verifyEnvelope } from "./index.ts";

const ed = generateKeyPairSync("ed25519");
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const payload = Buffer.from("hello world");
const TYPE = "http://example.com/HelloWorld";

it("signs what protocol.md's example of the encoding says", () => {
  const { signatures } = signEnvelope(TYPE, payload, ed.privateKey);
  const pae = Buffer.from("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  expect(verify(null, pae, ed.publicKey, Buffer.from(signatures[0]?.sig ?? "", "base64"))).toBe(true);
});

describe.each([
  { kind: "ed25519", keys: ed, other: ec },
  { kind: "ECDSA P-256", keys: ec, other: ed },
])("$kind", ({ keys, other }) => {
  const envelope = parseEnvelope(JSON.stringify(signEnvelope(TYPE, payload, keys.privateKey)));

  it("verifies with its own key, among others", () => {
    expect(verifyEnvelope(envelope, [other.publicKey, keys.publicKey])).toEqual(payload);
    expect(envelope.signatures[0]?.keyid).toBe(keyIdOf(createPublicKey(keys.privateKey)));
  });

  it.each([
    { name: "another payload", change: { payload: Buffer.from("hello").toString("base64") } },
    { name: "another type", change: { payloadType: "http://example.com/Other" } },
    { name: "another signature", change: { signatures: [{ keyid: "", sig: "AAAA" }] } },
  ])("refuses $name", ({ change }) => {
    expect(verifyEnvelope({ ...envelope, ...change }, [keys.publicKey])).toBeUndefined();
  });

  it("does not believe a key id", () => {
    const [signature] = envelope.signatures;
    const lying = {
      ...envelope,
      signatures: [{ sig: signature?.sig ?? "", keyid: keyIdOf(other.publicKey) }],
    };
    expect(verifyEnvelope(lying, [other.publicKey])).toBeUndefined();
    expect(verifyEnvelope(lying, [keys.publicKey])).toEqual(payload);
  });
});

it("knows no other keys", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  expect(() => signEnvelope(TYPE, payload, rsa.privateKey)).toThrow(
    expect.objectContaining({ code: "DSSE_KEY_UNSUPPORTED" }),
  );
});

it("answers any text with an envelope or DSSE_INVALID", () => {
  const parse = (text: string): string => {
    try {
      parseEnvelope(text);
      return "DSSE_INVALID";
    } catch (error) {
      return codeOf(error);
    }
  };
  const fields = fc.record({
    payload: fc.jsonValue(),
    payloadType: fc.jsonValue(),
    signatures: fc.jsonValue(),
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fields.map((value) => JSON.stringify(value)),
      ),
      (text) => parse(text) === "DSSE_INVALID",
    ),
  );
  expect(dsseErrors.codes.DSSE_INVALID).toBe("invalid");
});
