// SPDX-License-Identifier: Apache-2.0
/**
 * Is a VEX product this image? By digest (`pkg:oci/app@sha256%3A...`, a hash, `repo@sha256:...`), or by
 * `repository_url` with or without a tag. A bare `pkg:oci/app` names no repository and so no image.
 */
import type { Sbom } from "#engines/scanner/index.ts";
import type { EvaluationContext } from "../policy/types.ts";
import type { ProductPurl } from "./product-purl.ts";

export function imageMatcher(
  sbom: Sbom,
  context: EvaluationContext,
  purlOf: (text: string) => ProductPurl | undefined,
): (ids: readonly string[]) => boolean {
  const repository = context.repository === undefined ? undefined : normalRepository(context.repository);
  const tag = tagOf(context.imageReference);
  const known = new Map<string, boolean>();
  const atDigest = `@${sbom.imageDigest}`;
  const test = (id: string): boolean => {
    if (id === sbom.imageDigest || id.endsWith(atDigest)) return true;
    const purl = purlOf(id);
    if (purl?.type !== "oci") return false;
    const architecture = purl.qualifiers["arch"];
    if (architecture !== undefined && architecture !== sbom.platform.architecture) return false;
    if (purl.version.startsWith("sha256:")) return purl.version === sbom.imageDigest;
    const url = purl.qualifiers["repository_url"];
    if (url === undefined || repository === undefined) return false;
    const wanted = normalRepository(url);
    if (wanted !== repository && `${wanted}/${purl.name}` !== repository) return false;
    const wantedTag = purl.qualifiers["tag"] ?? purl.version;
    return wantedTag === "" || wantedTag === tag;
  };
  return (ids) =>
    ids.some((id) => {
      let answer = known.get(id);
      if (answer === undefined) known.set(id, (answer = test(id)));
      return answer;
    });
}

/** Lower case, without scheme. Docker Hub goes by three names. */
export function normalRepository(text: string): string {
  const bare = text
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/\/+$/, "");
  return bare.replace(/^(index|registry-1)\.docker\.io\//, "docker.io/");
}

function tagOf(reference: string | undefined): string | undefined {
  const bare = reference?.split("@", 1)[0];
  const colon = bare?.lastIndexOf(":") ?? -1;
  return bare !== undefined && colon > bare.lastIndexOf("/") ? bare.slice(colon + 1) : undefined;
}
