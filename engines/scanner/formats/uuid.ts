// SPDX-License-Identifier: Apache-2.0
/** UUID version 5 (RFC 9562, section 5.5): the same name, the same id. */
import { createHash } from "node:crypto";

/** Namespace of our documents' ids: UUIDv5 of the DNS namespace and `sbom.stella-ops.org`. */
const SBOM_NAMESPACE = uuidV5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "sbom.stella-ops.org");

/** Id of a document, from its content or from what makes it. */
export function documentUuid(content: string): string {
  return uuidV5(SBOM_NAMESPACE, content);
}

export function uuidV5(namespace: string, name: string): string {
  const hash = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name)
    .digest();
  hash[6] = ((hash[6] as number) & 0x0f) | 0x50;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
