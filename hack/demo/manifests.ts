// SPDX-License-Identifier: Apache-2.0
/**
 * Changes to manifests before they are applied. Pure.
 */
import { parseAllDocuments } from "yaml";

export interface ImageChange {
  /** Image to look for, exactly as the manifest has it. */
  readonly from: string;
  readonly to: string;
  /** Kept on the Pod template: Pods are replaced when it changes, though the image's name stays. */
  readonly build?: string;
}

export const BUILD_ANNOTATION = "stella-ops.org/dev-build";

/** The YAML stream with another image in all Deployments that use the first one. */
export function withImage(text: string, { from, to, build }: ImageChange): string {
  const documents = parseAllDocuments(text);
  for (const document of documents) {
    if (document.get("kind") !== "Deployment") continue;
    const containers = ["spec", "template", "spec", "containers"];
    let isChanged = false;
    for (let i = 0; document.hasIn([...containers, i]); i++) {
      if (document.getIn([...containers, i, "image"]) !== from) continue;
      document.setIn([...containers, i, "image"], to);
      isChanged = true;
    }
    if (isChanged && build !== undefined) {
      document.setIn(["spec", "template", "metadata", "annotations", BUILD_ANNOTATION], build);
    }
  }
  return documents
    .map(String)
    .map((one) => (one.startsWith("---") ? one : `---\n${one}`))
    .join("");
}
