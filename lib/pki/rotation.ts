// SPDX-License-Identifier: Apache-2.0
/**
 * When a certificate must be made anew. The CA bundle holds the former authority beside the new one, so that
 * servers and clients may learn of a rotation in any order.
 */
import { createAuthority, issueServing, readCertificate } from "./authority.ts";
import type { KeyPair, Validity } from "./authority.ts";

const DAY = 24 * 60 * 60 * 1000;
const AUTHORITY_LIFETIME = 2 * 365 * DAY;
const SERVING_LIFETIME = 90 * DAY;
/** Clocks of nodes may differ by this much. */
const SKEW = 5 * 60 * 1000;

export interface Certificates {
  readonly authority: KeyPair;
  /** PEM certificates that clients trust: the current authority first, then former ones while they are valid. */
  readonly bundle: string;
  /** Serving certificate by the name of what it is for, e.g. `webhook`. */
  readonly serving: Readonly<Record<string, KeyPair>>;
}

export interface Rotation {
  readonly certificates: Certificates;
  readonly changed: boolean;
  /** Milliseconds since the epoch at which to look again. */
  readonly renewAt: number;
}

/**
 * The certificates to use now: `current` as it is where it is sound for `dnsNames`, else renewed where it must be.
 * Authority and serving certificates are renewed in their last third; anything unreadable counts as absent.
 */
export async function rotate(
  current: Certificates | undefined,
  dnsNames: Readonly<Record<string, readonly string[]>>,
  now: number,
): Promise<Rotation> {
  const authority =
    current !== undefined && sound(current.authority, now)
      ? current.authority
      : await createAuthority("stellaops", span(now, AUTHORITY_LIFETIME));
  const bundle = bundleOf(authority, current, now);
  let changed = current?.authority !== authority || current.bundle !== bundle;
  const serving: Record<string, KeyPair> = {};
  for (const [name, names] of Object.entries(dnsNames)) {
    const kept = await usable(current?.serving[name], authority, names, now);
    serving[name] = kept ?? (await issueServing(authority, names, span(now, SERVING_LIFETIME)));
    changed ||= kept === undefined;
  }
  const renewAt = Math.min(renewTime(authority), ...Object.values(serving).map(renewTime));
  return { certificates: { authority, bundle, serving }, changed, renewAt };
}

async function usable(
  pair: KeyPair | undefined,
  authority: KeyPair,
  dnsNames: readonly string[],
  now: number,
): Promise<KeyPair | undefined> {
  if (pair === undefined || !sound(pair, now)) return undefined;
  const facts = readCertificate(pair.certificate);
  if (!dnsNames.every((name) => facts.dnsNames.includes(name))) return undefined;
  return (await facts.issuedBy(authority.certificate)) ? pair : undefined;
}

function bundleOf(authority: KeyPair, current: Certificates | undefined, now: number): string {
  const former = current?.authority.certificate;
  const inBundle =
    (current?.bundle ?? "").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const others = [...new Set([former, ...inBundle].map((pem) => pem?.trim()))]
    .filter((pem) => pem !== undefined && pem !== authority.certificate.trim())
    .filter((pem) => stillValid(pem ?? "", now));
  return `${[authority.certificate.trim(), ...others.slice(0, 2)].join("\n")}\n`;
}

function stillValid(pem: string, now: number): boolean {
  try {
    return readCertificate(pem).notAfter > now;
  } catch {
    return false;
  }
}

function sound(pair: KeyPair, now: number): boolean {
  return pair.key.includes("PRIVATE KEY") && now < renewTime(pair) && stillValid(pair.certificate, now);
}

function renewTime(pair: KeyPair): number {
  try {
    const { notBefore, notAfter } = readCertificate(pair.certificate);
    return notBefore + ((notAfter - notBefore) * 2) / 3;
  } catch {
    return 0;
  }
}

const span = (now: number, lifetime: number): Validity => ({
  notBefore: now - SKEW,
  notAfter: now + lifetime,
});
