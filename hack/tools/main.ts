// SPDX-License-Identifier: Apache-2.0
/**
 * `node hack/tools/main.ts NAME...` builds the named programs if they are not built yet and prints their paths.
 */
import { messageOf } from "#lib/errors.ts";
import { logToStderr } from "#hack/lib/log.ts";
import { toolNames, toolPath, type ToolName } from "./programs.ts";

const isTool = (name: string): name is ToolName => (toolNames as readonly string[]).includes(name);

const wanted = process.argv.slice(2);
if (wanted.length === 0 || !wanted.every(isTool)) {
  logToStderr(`usage: node hack/tools/main.ts NAME...   NAME is one of ${toolNames.join(", ")}`);
  process.exitCode = 2;
} else {
  try {
    for (const name of wanted) console.log(await toolPath(name, logToStderr));
  } catch (error) {
    logToStderr(messageOf(error));
    process.exitCode = 1;
  }
}
