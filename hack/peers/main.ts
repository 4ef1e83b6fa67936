// SPDX-License-Identifier: Apache-2.0
/**
 * `node hack/run.mjs hack/peers/main.ts` builds the peers if they are not built yet and prints their paths.
 */
import { messageOf } from "#lib/errors.ts";
import { logToStderr } from "#hack/lib/log.ts";
import { peerNames, peerPath } from "./programs.ts";

try {
  for (const name of peerNames) console.log(await peerPath(name, logToStderr));
} catch (error) {
  logToStderr(messageOf(error));
  process.exitCode = 1;
}
