// SPDX-License-Identifier: Apache-2.0
/**
 * Assemblies and update packages of the Windows component store.
 * Source: https://learn.microsoft.com/windows/win32/sbscs/manifests, and the store's own file names:
 * `ARCH_NAME_TOKEN_VERSION_LANGUAGE_HASH.manifest`, where a long NAME is cut in the middle by `..`.
 */
import type { PackageFact, Reading } from "../../facts.ts";
import { baseName } from "../../layer/paths.ts";
import { assemblyIdentity, type AssemblyIdentity } from "./assembly-identity.ts";

/** Manifests since Windows 8 are packed against one that only Windows has. */
const PACKED = Buffer.from("DCM\u0001", "latin1");
const STORE_NAME = /^([a-z0-9]+)_(.+)_([0-9a-f]{16}|none)_(\d+(?:\.\d+){3})_([^_]+)_[0-9a-f]{16}\.manifest$/i;
/** What one language adds belongs to a package of the same name and version that has none. */
const NO_LANGUAGE = new Set(["", "*", "neutral", "none", "x-none"]);

/** From the manifest where it can be read, else from its file name. */
export function manifestPackage(path: string, bytes: Buffer): Reading | undefined {
  if (bytes.subarray(0, PACKED.length).equals(PACKED)) return packedManifest(path);
  const identity = assemblyIdentity(bytes);
  return identity === undefined ? { problems: ["it has no usable assembly identity"] } : reading(identity);
}

function packedManifest(path: string): Reading | undefined {
  const [, architecture, name, , version, language] = STORE_NAME.exec(baseName(path)) ?? [];
  if (architecture === undefined || name === undefined || version === undefined)
    return { problems: ["it is packed, and its file name has no name and version"] };
  if (!NO_LANGUAGE.has(language?.toLowerCase() ?? "")) return undefined;
  const fact: PackageFact = {
    type: "generic",
    namespace: "windows",
    name,
    version,
    architecture,
    basis: "file-name",
  };
  return { packages: [fact] };
}

/** An update package is in the store; whether Windows has switched its parts on stands in the registry, not here. */
export function updatePackage(bytes: Buffer): Reading | undefined {
  const identity = assemblyIdentity(bytes);
  return identity === undefined ? { problems: ["it has no usable assembly identity"] } : reading(identity);
}

function reading({ name, version, ...rest }: AssemblyIdentity): Reading | undefined {
  if (!NO_LANGUAGE.has(rest.language?.toLowerCase() ?? "")) return undefined;
  const fact: PackageFact = {
    type: "generic",
    namespace: "windows",
    name,
    version,
    ...(rest.processorArchitecture === undefined ? {} : { architecture: rest.processorArchitecture }),
    ...(rest.company === undefined ? {} : { supplier: rest.company }),
    ...(rest.update === undefined ? {} : { provides: [rest.update] }),
  };
  return { packages: [fact] };
}
