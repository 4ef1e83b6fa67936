// SPDX-License-Identifier: Apache-2.0
/**
 * Which cluster has which number. A claim is a file of the whole machine, whatever cache folder the cluster
 * lives in, and is gone after a reboot, as the addresses are. Taking one is atomic, by link(2).
 */
import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "#hack/lib/file.ts";
import { freeNumbers } from "./address-plan.ts";
import { clusterErrors } from "../errors.ts";

export const CLAIMS_FOLDER = "/run/stellaops-dev/numbers";

/**
 * The number that `root` (a cluster's folder) holds already, else its `wish` if that is free, else the smallest
 * free one. `used` are networks of the machine, see {@link freeNumbers}. @throws CLUSTER_NUMBERS_EXHAUSTED
 */
export async function claimNumber(
  root: string,
  wish: number | undefined,
  used: () => Promise<readonly string[]>,
  folder = CLAIMS_FOLDER,
): Promise<number> {
  await mkdir(folder, { recursive: true });
  const claims = await readClaims(folder);
  const held = claims.find((claim) => claim.root === root);
  if (held) return held.number;
  await dropAbandoned(claims, folder);
  const free = freeNumbers(await used());
  const order = wish !== undefined && free.includes(wish) ? [wish, ...free] : free;
  for (const number of order) if (await take(number, root, folder)) return number;
  throw clusterErrors.make(
    "CLUSTER_NUMBERS_EXHAUSTED",
    "no network 10.99.N.0/30, 10.96.N.0/24, 10.244.N.0/24 is free",
  );
}

/** The number that `root` holds. */
export async function heldNumber(root: string, folder = CLAIMS_FOLDER): Promise<number | undefined> {
  return (await readClaims(folder)).find((claim) => claim.root === root)?.number;
}

export async function releaseNumber(root: string, folder = CLAIMS_FOLDER): Promise<void> {
  for (const claim of await readClaims(folder)) {
    if (claim.root === root) await rm(join(folder, String(claim.number)), { force: true });
  }
}

interface Claim {
  readonly number: number;
  readonly root: string;
}

async function readClaims(folder: string): Promise<Claim[]> {
  if (!(await exists(folder))) return [];
  const claims: Claim[] = [];
  for (const name of await readdir(folder)) {
    if (!/^\d+$/.test(name)) continue;
    const root = await readFile(join(folder, name), "utf8").catch(() => undefined);
    if (root !== undefined) claims.push({ number: Number(name), root });
  }
  return claims.sort((a, b) => a.number - b.number);
}

/** A cluster whose folder somebody deleted by hand will not release its number. */
async function dropAbandoned(claims: readonly Claim[], folder: string): Promise<void> {
  for (const claim of claims) {
    if (!(await exists(claim.root))) await rm(join(folder, String(claim.number)), { force: true });
  }
}

async function take(number: number, root: string, folder: string): Promise<boolean> {
  const mine = join(folder, `.${randomUUID()}.new`);
  await writeFile(mine, root);
  try {
    await link(mine, join(folder, String(number)));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(mine, { force: true });
  }
}
