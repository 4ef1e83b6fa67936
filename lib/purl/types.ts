// SPDX-License-Identifier: Apache-2.0
/**
 * What differs from one package type to the next: letter case, name rules, where a namespace cannot stand.
 * Follows the type definitions of the package-url specification (https://github.com/package-url/purl-spec, types/). A
 * namespace that they require is not asked for: `pkg:golang/stdlib` has none, and tools write many more without.
 */
import type { PurlParts } from "./index.ts";

interface TypeRule {
  readonly lowerNamespace?: boolean;
  readonly lowerName?: boolean;
  readonly lowerVersion?: boolean;
  readonly noNamespace?: boolean;
  readonly name?: (name: string) => string;
}

const lowerBoth: TypeRule = { lowerNamespace: true, lowerName: true };

const rules: Readonly<Record<string, TypeRule>> = {
  alpm: lowerBoth,
  apk: lowerBoth,
  bazel: { noNamespace: true },
  bitbucket: lowerBoth,
  bitnami: { noNamespace: true, lowerName: true },
  brew: lowerBoth,
  cargo: { noNamespace: true },
  "chrome-extension": { noNamespace: true, lowerName: true },
  cocoapods: { noNamespace: true },
  composer: lowerBoth,
  conda: { noNamespace: true },
  cran: { noNamespace: true },
  deb: lowerBoth,
  gem: { noNamespace: true },
  github: lowerBoth,
  hackage: { noNamespace: true },
  hex: lowerBoth,
  huggingface: { lowerVersion: true },
  julia: { noNamespace: true },
  luarocks: lowerBoth,
  mlflow: { noNamespace: true },
  nuget: { noNamespace: true },
  oci: { noNamespace: true, lowerName: true, lowerVersion: true },
  opam: { noNamespace: true },
  otp: { noNamespace: true, lowerName: true },
  pub: { noNamespace: true, name: (name) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "_") },
  pypi: { noNamespace: true, lowerVersion: true, name: pypiName },
  qpkg: { lowerNamespace: true },
  rpm: { lowerNamespace: true },
  vcpkg: { noNamespace: true },
  "vscode-extension": { lowerNamespace: true, lowerName: true, lowerVersion: true },
  yocto: { lowerNamespace: true },
};

/**
 * A Python project name as PEP 503 normalises it. The purl definition asks for lower case and `-` for `_`; runs and
 * dots are folded too, so that every spelling an index takes for one project gives one purl.
 */
export function pypiName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
}

/** The parts as the type's definition wants them. Unknown types pass unchanged. */
export function normalizeByType(parts: PurlParts): PurlParts {
  const rule = rules[parts.type];
  if (!rule) return parts;
  const { namespace, version } = parts;
  const folded = rule.lowerName ? parts.name.toLowerCase() : parts.name;
  return {
    ...parts,
    name: rule.name?.(folded) ?? folded,
    ...(namespace === undefined
      ? {}
      : { namespace: rule.lowerNamespace ? namespace.toLowerCase() : namespace }),
    ...(version === undefined ? {} : { version: rule.lowerVersion ? version.toLowerCase() : version }),
  };
}

/** True where the type's definition knows no namespace. */
export function prohibitsNamespace(type: string): boolean {
  return rules[type]?.noNamespace === true;
}
