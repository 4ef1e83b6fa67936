// SPDX-License-Identifier: Apache-2.0
/** Keys that sign and verify kits: PEM files with an Ed25519 or P-256 key. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { readText } from "../files.ts";
import { kitErrors } from "./manifest.ts";

/** @throws KIT_KEY_INVALID, FILE_MISSING */
export const readPrivateKey = (file: string): Promise<KeyObject> =>
  readKey(file, createPrivateKey, "private key");

/** @throws KIT_KEY_INVALID, FILE_MISSING */
export const readPublicKey = (file: string): Promise<KeyObject> =>
  readKey(file, createPublicKey, "public key");

async function readKey(file: string, parse: (pem: string) => KeyObject, what: string): Promise<KeyObject> {
  const pem = await readText(file);
  try {
    return parse(pem);
  } catch (cause) {
    // The cause may quote the file; a private key is not for messages.
    throw kitErrors.make("KIT_KEY_INVALID", `${file} holds no ${what} in PEM without a passphrase`, {
      cause,
    });
  }
}
