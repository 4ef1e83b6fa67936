// SPDX-License-Identifier: Apache-2.0
/**
 * Whose namespaces are these? On a cluster of the user's own the demo uses and removes only namespaces that it made.
 */
import { demoErrors } from "./errors.ts";
import type { Kubectl } from "./kubectl.ts";

const MARK = "stella-ops.org/demo";
/** Namespaces that the workloads and samples run in. */
const NAMESPACES = ["shop", "legacy", "stellaops", "stellaops-demo"];

/** @throws DEMO_NAMESPACE_TAKEN when one is there that the demo did not make */
export async function refuseForeignNamespaces(kubectl: Kubectl): Promise<void> {
  const marked = await names(kubectl, "-l", `${MARK}=true`);
  const foreign = (await names(kubectl)).filter(
    (name) => NAMESPACES.includes(name) && !marked.includes(name),
  );
  if (foreign.length === 0) return;
  throw demoErrors.make(
    "DEMO_NAMESPACE_TAKEN",
    `namespaces of this cluster that the demo did not make: ${foreign.join(", ")}; it touches none of them. ` +
      "Remove them, or use another cluster",
  );
}

/** Called once they are there; from then on they are the demo's to remove. */
export async function markNamespaces(kubectl: Kubectl): Promise<void> {
  await kubectl("label", "namespace", ...NAMESPACES, `${MARK}=true`, "--overwrite");
}

async function names(kubectl: Kubectl, ...selector: readonly string[]): Promise<readonly string[]> {
  const text = await kubectl("get", "namespaces", ...selector, "-o=jsonpath={.items[*].metadata.name}");
  return text.trim().split(/\s+/);
}
