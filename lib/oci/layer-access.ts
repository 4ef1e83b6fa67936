// SPDX-License-Identifier: Apache-2.0
/** Opening a layer from its plain description, in whichever thread it was sent to. */
import type { Digest } from "../digest.ts";
import { readFileRange } from "./local/file-range.ts";
import { parseReference } from "./reference.ts";
import type { RegistryClient } from "./registry-client.ts";
import type { LayerAccess } from "./types.ts";
import { verified } from "./verify.ts";

const MAX_CLIENTS = 8;
const clients = new Map<string, RegistryClient>();

/**
 * The layer's bytes as stored, verified as `ImageSource.openLayer` does.
 * @throws BLOB_MISSING, BLOB_DIGEST_MISMATCH, REGISTRY_DENIED, REGISTRY_UNAVAILABLE, REGISTRY_THROTTLED
 */
export async function openLayerAccess(
  access: LayerAccess,
  layer: { readonly digest: Digest; readonly size: number },
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  if (access.kind === "file") return verified(readFileRange(access, signal), layer, access.path);
  const client = await clientFor(access);
  return client.openBlob(parseReference(access.repository), layer, signal);
}

/** Clients are kept for the thread's life: their idle connections do not keep the process alive. */
async function clientFor(access: LayerAccess & { kind: "registry" }): Promise<RegistryClient> {
  const key = JSON.stringify([access.repository, access.settings]);
  const known = clients.get(key);
  if (known !== undefined) return known;
  const { RegistryClient: Client } = await import("./registry-client.ts");
  const made = new Client(access.settings, undefined, access.tokens);
  const oldest = clients.keys().next();
  if (clients.size >= MAX_CLIENTS && oldest.done !== true) clients.delete(oldest.value);
  clients.set(key, made);
  return made;
}
