// SPDX-License-Identifier: Apache-2.0
/** Which of an archive's Maven descriptors is the archive's own; in a shaded jar the others are of what it swallowed. */
import type { Descriptor } from "./descriptors.ts";
import { splitStem } from "./file-name.ts";
import { fileNames, statedLine, symbolicName } from "./identity.ts";
import type { Manifest } from "./manifest.ts";

/** Undefined where none can be told to be its own. */
export function ownDescriptor(
  descriptors: readonly Descriptor[],
  stem: string,
  manifest: Manifest,
): Descriptor | undefined {
  const named = descriptors
    .filter((each) => isNamed(each, stem))
    .reduce<Descriptor | undefined>(
      (best, each) => (best === undefined || each.artifact.length > best.artifact.length ? each : best),
      undefined,
    );
  return named ?? descriptors.find((each) => isStated(each, manifest)) ?? only(descriptors, stem, manifest);
}

/** The file is `artifact`, `artifact-VERSION...`, or the same with the group in front. */
function isNamed({ group, artifact, version }: Descriptor, stem: string): boolean {
  return fileNames(group, artifact).some((name) => {
    if (!stem.startsWith(name)) return false;
    const rest = stem.slice(name.length);
    return rest === "" || rest.startsWith(`-${version}`) || splitStem(stem)?.name === name;
  });
}

/** The manifest states the same artifact and version. */
function isStated({ group, artifact, version }: Descriptor, manifest: Manifest): boolean {
  const names = [manifest.get("implementation-title")?.value, symbolicName(manifest)];
  return (
    statedLine(manifest, version) !== undefined &&
    (names.includes(artifact) || names.includes(`${group}.${artifact}`))
  );
}

/** The only descriptor is the archive's own unless manifest or file name state another version. */
function only(descriptors: readonly Descriptor[], stem: string, manifest: Manifest): Descriptor | undefined {
  const [first, second] = descriptors;
  if (first === undefined || second !== undefined) return undefined;
  const hasVersion = manifest.has("implementation-version") || manifest.has("bundle-version");
  const isOther = hasVersion && statedLine(manifest, first.version) === undefined;
  const split = splitStem(stem, (version) => version === first.version);
  return split?.version === first.version || (split === undefined && !isOther) ? first : undefined;
}
