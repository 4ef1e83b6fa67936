// SPDX-License-Identifier: Apache-2.0
/** Rotation of serving certificates and of their authority. */
import { describe, expect, it } from "vitest";
import { readCertificate } from "./authority.ts";
import { rotate } from "./rotation.ts";

const NOW = Date.UTC(2026, 0, 1);
const DAY = 24 * 60 * 60 * 1000;
const NAMES = { webhook: ["stellaops-webhook.stellaops.svc"] };

describe("rotate", () => {
  it("makes an authority and a serving certificate for every name", async () => {
    const { certificates, changed } = await rotate(undefined, NAMES, NOW);
    const facts = readCertificate(certificates.serving["webhook"]!.certificate);
    expect(changed).toBe(true);
    expect(facts.dnsNames).toEqual(NAMES.webhook);
    expect(await facts.issuedBy(certificates.authority.certificate)).toBe(true);
    expect(certificates.bundle.trim()).toBe(certificates.authority.certificate.trim());
  });

  it("changes nothing while all is sound", async () => {
    const first = await rotate(undefined, NAMES, NOW);
    const second = await rotate(first.certificates, NAMES, NOW + DAY);
    expect(second).toEqual({ ...first, changed: false });
  });

  it("renews the serving certificate in its last third under the same authority", async () => {
    const first = await rotate(undefined, NAMES, NOW);
    const second = await rotate(first.certificates, NAMES, NOW + 61 * DAY);
    expect(second.changed).toBe(true);
    expect(second.certificates.authority).toEqual(first.certificates.authority);
    expect(second.certificates.serving).not.toEqual(first.certificates.serving);
  });

  it("renews the authority and keeps the former one in the bundle", async () => {
    const first = await rotate(undefined, NAMES, NOW);
    const second = await rotate(first.certificates, NAMES, NOW + 500 * DAY);
    expect(second.certificates.authority).not.toEqual(first.certificates.authority);
    expect(second.certificates.bundle).toContain(first.certificates.authority.certificate.trim());
    const serving = readCertificate(second.certificates.serving["webhook"]!.certificate);
    expect(await serving.issuedBy(second.certificates.authority.certificate)).toBe(true);
  });

  it.each([
    { name: "a name is added", names: { webhook: [...NAMES.webhook, "stellaops-webhook"] }, spoil: {} },
    {
      name: "the certificate is damaged",
      names: NAMES,
      spoil: { serving: { webhook: { certificate: "x", key: "y" } } },
    },
  ])("issues anew when $name", async ({ names, spoil }) => {
    const first = await rotate(undefined, NAMES, NOW);
    const second = await rotate({ ...first.certificates, ...spoil }, names, NOW);
    expect(second.changed).toBe(true);
    expect(readCertificate(second.certificates.serving["webhook"]!.certificate).dnsNames).toEqual(
      names.webhook,
    );
  });
});
