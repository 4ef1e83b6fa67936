// SPDX-License-Identifier: Apache-2.0
/** A worker thread that opens a layer from its plain description and posts the number of bytes or the error's code. */
import { parentPort, workerData } from "node:worker_threads";
import type { Digest } from "../../digest.ts";
import { codeOf } from "../../errors.ts";
import { openLayerAccess } from "../layer-access.ts";
import type { LayerAccess } from "../types.ts";

const { access, layer } = workerData as { access: LayerAccess; layer: { digest: Digest; size: number } };
try {
  let bytes = 0;
  for await (const chunk of await openLayerAccess(access, layer)) bytes += chunk.length;
  parentPort?.postMessage({ bytes });
} catch (error) {
  parentPort?.postMessage({ code: codeOf(error) });
}
