// SPDX-License-Identifier: Apache-2.0
/**
 * One layer blob in, one fragment out: decompressed, verified and analyzed in a single pass over reused buffers.
 * The digest of the blob and the diffId of the tar are both checked (OCI image-spec v1.1, config.md, "Layer DiffID").
 */
import { createHash } from "node:crypto";
import type { DiffId, LayerDigest } from "#lib/digest.ts";
import { StellaError } from "#lib/errors.ts";
import { TarReader, tarErrors } from "#lib/tar/index.ts";
import type { Analyzer } from "../analyzer.ts";
import { scanErrors } from "../errors.ts";
import type { Fragment } from "../facts.ts";
import type { FileFactsCache } from "../ports.ts";
import { createDecompressor } from "./decompress.ts";
import { LayerFacts } from "./layer-facts.ts";
import { defaultScanLimits, type ScanLimits } from "./limits.ts";

/** Pieces of a blob, each overwritten or not once the next is asked for. */
export type ByteSource = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface LayerToRead {
  readonly digest: LayerDigest;
  readonly diffId: DiffId;
  /** Opens the blob from its start; called twice when hard links name files that were passed by. */
  readonly open: () => ByteSource | Promise<ByteSource>;
  /** False when the source itself verifies the blob's digest. */
  readonly verifyDigest: boolean;
}

export interface LayerRead {
  readonly fragment: Fragment;
  /** Uncompressed bytes. */
  readonly bytes: number;
}

/**
 * @throws LAYER_DIGEST_MISMATCH, LAYER_DIFF_ID_MISMATCH, LAYER_UNREADABLE, LAYER_TOO_LARGE, TAR_INVALID, TAR_TRUNCATED,
 * TAR_LIMIT, and what the source throws.
 */
export async function analyzeLayer(
  layer: LayerToRead,
  analyzers: readonly Analyzer[],
  limits: ScanLimits = defaultScanLimits,
  known?: FileFactsCache,
): Promise<LayerRead> {
  const facts = new LayerFacts(layer.diffId, analyzers, limits, known);
  try {
    const bytes = await readOnce(layer, facts, limits);
    if (facts.needsSecondPass) await readAgain(layer, facts);
    return { fragment: facts.finish(), bytes };
  } catch (error) {
    throw named(layer, error);
  }
}

/** Which layer it was: the archive's reader and the decompressor do not know. */
function named({ digest }: LayerToRead, error: unknown): unknown {
  if (!(error instanceof StellaError) || error.message.includes("sha256:")) return error;
  return new StellaError(error.code, error.kind, `layer ${digest}: ${error.message}`, {
    cause: error,
    data: { ...error.data, layer: digest },
  });
}

async function readOnce(layer: LayerToRead, facts: LayerFacts, limits: ScanLimits): Promise<number> {
  const tar = new PatientTar(facts, limits);
  const diffId = createHash("sha256");
  const digest = layer.verifyDigest ? createHash("sha256") : undefined;
  let total = 0;
  await decompress(
    await layer.open(),
    (piece) => {
      total += piece.length;
      if (total > limits.maxLayerBytes) throw tooLarge(layer, limits);
      diffId.update(piece);
      tar.push(piece);
    },
    digest && ((piece) => digest.update(piece)),
  );
  check("LAYER_DIGEST_MISMATCH", "blob", layer.digest, digest?.digest("hex"));
  check("LAYER_DIFF_ID_MISMATCH", "uncompressed tar", layer.diffId, diffId.digest("hex"));
  tar.finish();
  return total;
}

/** Keeps what is wrong with the archive until the digests have shown that these are the right bytes. */
class PatientTar {
  readonly #tar: TarReader;
  readonly #facts: LayerFacts;
  #failure: StellaError | undefined;

  constructor(facts: LayerFacts, { maxEntries }: ScanLimits) {
    this.#facts = facts;
    this.#tar = new TarReader(facts.onEntry, { maxEntries });
  }

  push(piece: Buffer): void {
    if (this.#failure) return;
    try {
      this.#tar.push(piece);
    } catch (error) {
      if (!tarErrors.is(error)) throw error;
      this.#failure = error;
    }
  }

  /** A limit is an omission; bytes that are no tar are an error. */
  finish(): void {
    const failure = this.#failure;
    if (!failure) this.#tar.finish();
    else if (failure.code !== "TAR_LIMIT") throw failure;
    else this.#facts.omissions.add({ code: "LIMIT_LAYER_ENTRIES", message: failure.message });
  }
}

async function decompress(
  source: ByteSource,
  output: (piece: Buffer) => void,
  onRaw?: (piece: Uint8Array) => void,
): Promise<void> {
  const decompressor = createDecompressor();
  const take = (piece: Uint8Array): void => {
    onRaw?.(piece);
    decompressor.push(piece, output);
  };
  if (Symbol.iterator in source) for (const piece of source) take(piece);
  else for await (const piece of source) take(piece);
  decompressor.finish(output);
}

/** For the files that hard links name; the bytes are those of the first pass, or the scan fails. */
async function readAgain(layer: LayerToRead, facts: LayerFacts): Promise<void> {
  const tar = new TarReader(facts.onEntryAgain);
  const diffId = createHash("sha256");
  await decompress(await layer.open(), (piece) => {
    diffId.update(piece);
    tolerant(tar, piece);
  });
  check("LAYER_DIFF_ID_MISMATCH", "uncompressed tar", layer.diffId, diffId.digest("hex"));
}

/** The first pass has reported what is wrong with the archive. */
function tolerant(tar: TarReader, piece: Buffer): void {
  try {
    tar.push(piece);
  } catch (error) {
    if (!tarErrors.is(error)) throw error;
  }
}

function check(
  code: "LAYER_DIGEST_MISMATCH" | "LAYER_DIFF_ID_MISMATCH",
  what: string,
  want: string,
  hex: string | undefined,
): void {
  if (hex === undefined || want === `sha256:${hex}`) return;
  throw scanErrors.make(code, `layer ${want}: its ${what} hashed to sha256:${hex}`, {
    data: { want, got: `sha256:${hex}` },
  });
}

function tooLarge(layer: LayerToRead, limits: ScanLimits): Error {
  return scanErrors.make(
    "LAYER_TOO_LARGE",
    `layer ${layer.digest} is larger than ${limits.maxLayerBytes} bytes uncompressed`,
    { data: { layer: layer.digest, limit: limits.maxLayerBytes } },
  );
}
