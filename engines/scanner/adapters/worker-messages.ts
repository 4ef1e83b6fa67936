// SPDX-License-Identifier: Apache-2.0
/** What a layer worker and the thread that started it say to each other. */
import type { DiffId, LayerDigest } from "#lib/digest.ts";
import type { ErrorKind } from "#lib/errors.ts";
import type { LayerTask } from "../ports.ts";

export type ToWorker =
  | {
      readonly type: "analyze";
      readonly digest: LayerDigest;
      readonly diffId: DiffId;
      /** Folder of facts kept by content. */
      readonly fileFacts?: string;
      /** Ids. */
      readonly analyzers: readonly string[];
      readonly file?: NonNullable<LayerTask["file"]>;
      /** One number that grows with each piece of the blob that is taken up. */
      readonly progress: SharedArrayBuffer;
    }
  /** To an idle thread: there is no further layer. */
  | { readonly type: "end" }
  | { readonly type: "chunk"; readonly bytes: Uint8Array }
  | { readonly type: "chunksEnd" };

export type FromWorker =
  /** Where the bytes come from the starting thread: begin at the start. */
  | { readonly type: "open" }
  /** One more chunk may be sent. */
  | { readonly type: "pull" }
  | { readonly type: "done"; readonly fragment: Uint8Array; readonly bytes: number }
  | { readonly type: "failed"; readonly error: ThrownError };

/** An error that crosses threads. */
export interface ThrownError {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly stack: string;
}
