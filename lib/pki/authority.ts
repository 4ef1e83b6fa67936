// SPDX-License-Identifier: Apache-2.0
/**
 * A private certificate authority and the serving certificates it issues, for our own Services.
 * Profiles follow RFC 5280 sections 4.2.1.3 (key usage), 4.2.1.6 (subject alternative names) and 4.2.1.9.
 */
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  cryptoProvider,
} from "@peculiar/x509";
import { defineErrors } from "../errors.ts";

cryptoProvider.set(webcrypto as unknown as Crypto);

type Crypto = Parameters<typeof cryptoProvider.set>[0];

export const pkiErrors = defineErrors("pki", { CERTIFICATE_INVALID: "invalid" });

/** PEM texts. `key` is PKCS #8. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Validity {
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A self-signed CA, ECDSA P-256. */
export async function createAuthority(commonName: string, validity: Validity): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    ...dates(validity),
    serialNumber: serial(),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await exportKey(keys.privateKey) };
}

/** A serving certificate for `dnsNames`, signed by `authority`. @throws CERTIFICATE_INVALID */
export async function issueServing(
  authority: KeyPair,
  dnsNames: readonly string[],
  validity: Validity,
): Promise<KeyPair> {
  const issuer = parse(authority.certificate);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${dnsNames[0] ?? "stellaops"}`,
    issuer: issuer.subject,
    ...dates(validity),
    serialNumber: serial(),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: "dns", value }))),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await exportKey(keys.privateKey) };
}

export interface CertificateFacts extends Validity {
  readonly dnsNames: readonly string[];
  readonly issuedBy: (authorityPem: string) => Promise<boolean>;
}

/** @throws CERTIFICATE_INVALID when `pem` is not one certificate. */
export function readCertificate(pem: string): CertificateFacts {
  const certificate = parse(pem);
  const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.toJSON() ?? [];
  return {
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
    dnsNames: names.filter((name) => name.type === "dns").map((name) => name.value),
    issuedBy: (authorityPem) =>
      certificate.verify({ publicKey: parse(authorityPem).publicKey, signatureOnly: true }),
  };
}

function parse(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw pkiErrors.make("CERTIFICATE_INVALID", "not a PEM certificate", { cause });
  }
}

const dates = (validity: Validity) => ({
  notBefore: new Date(validity.notBefore),
  notAfter: new Date(validity.notAfter),
});

/** 16 random bytes, positive (RFC 5280, 4.1.2.2). */
function serial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const bytes = PemConverter.decodeFirst(pem);
  return webcrypto.subtle.importKey("pkcs8", bytes, ALGORITHM, false, ["sign"]);
}
