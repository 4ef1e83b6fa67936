// SPDX-License-Identifier: Apache-2.0
/**
 * Go modules in the purls of other tools. The purl definition of type golang asks for lower case, which trivy keeps to; the
 * module's path has its own. Syft puts what follows the repository's root into the subpath: `go-toml@v2.2.3#v2`.
 */
import type { PurlParts } from "#lib/purl/index.ts";

/** The parts as advisories and our own purls name the module. @param name as the document has it, perhaps the whole path */
export function goModule(parts: PurlParts, name: string): PurlParts {
  const { namespace, subpath, version, qualifiers } = parts;
  const root = namespace === undefined ? parts.name : `${namespace}/${parts.name}`;
  const path =
    spelled(name, subpath === undefined ? root : `${root}/${subpath}`) ?? spelled(name, root) ?? root;
  const slash = path.lastIndexOf("/");
  return {
    type: parts.type,
    ...(slash > 0 ? { namespace: path.slice(0, slash) } : {}),
    name: path.slice(slash + 1),
    ...(version === undefined ? {} : { version: path === "stdlib" ? plainVersion(version) : version }),
    ...(qualifiers === undefined ? {} : { qualifiers }),
  };
}

const spelled = (name: string, path: string): string | undefined =>
  name.toLowerCase() === path.toLowerCase() ? name : undefined;

/** The standard library has Go's version, which is not one of a module: `go1.26.8`, `v1.26.8`. */
const plainVersion = (version: string): string => version.replace(/^(?:go|v)(?=\d)/, "");
