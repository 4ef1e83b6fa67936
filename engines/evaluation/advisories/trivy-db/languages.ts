// SPDX-License-Identifier: Apache-2.0
/** Language ecosystems as Trivy names them, and the spelling in which it looks up a package and reads a version. */

export interface Language {
  /** In front of `::` in a bucket's name. */
  readonly prefix: string;
  /** As GitHub's advisories call it. */
  readonly label: string;
  /** Every spelling under which Trivy may ask for the package that we know by this name. */
  readonly names: (name: string) => readonly string[];
  /** A version as Trivy's constraint parser for the ecosystem takes it; undefined for one that it would refuse. */
  readonly version: (version: string) => string | undefined;
}

const lower = (name: string): readonly string[] => [name.toLowerCase()];

/** As in `lib/versions`: longer texts are no versions. */
const MAX_LENGTH = 256;
/** Longer runs of digits overflow the 64 bits in which Trivy keeps numbers. */
const MAX_DIGITS = 19;
const TOO_LONG = new RegExp(`\\d{${MAX_DIGITS + 1}}`);

function spelled(
  pattern: RegExp,
  change: (version: string) => string = (version) => version,
): Language["version"] {
  return (version) => {
    if (version.length > MAX_LENGTH) return undefined;
    const text = change(version.trim());
    return pattern.test(text) && !TOO_LONG.test(text) ? text : undefined;
  };
}

/** github.com/aquasecurity/go-version, pkg/version. */
const generic = spelled(
  /^v?\d+(?:\.\d+)*(?:-?[A-Za-z~-][\dA-Za-z~-]*(?:\.[\dA-Za-z~-]+)*|-\d[\dA-Za-z~-]*(?:\.[\dA-Za-z~-]+)*)?(?:\+[\dA-Za-z~-]+(?:\.[\dA-Za-z~-]+)*)?$/,
);

/** A shorter version is a range there: `<1.2` is below any 1.2. */
const semver = spelled(
  /^v?\d+\.\d+\.\d+(?:-[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/,
  (version) =>
    version.replace(
      /^v?\d+(?:\.\d+)?(?=$|[-+])/,
      (numbers) => `${numbers}${".0".repeat(numbers.includes(".") ? 1 : 2)}`,
    ),
);

/** github.com/aquasecurity/go-pep440-version, which knows lower case only, and no local version in a comparison. */
const pep440 = spelled(
  /^v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?\d*)?(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?$/,
  (version) => version.toLowerCase(),
);

const languages: ReadonlyMap<string, Language> = new Map<string, Language>([
  ["bitnami", { prefix: "bitnami", label: "Bitnami", names: lower, version: semver }],
  ["cargo", { prefix: "cargo", label: "Rust", names: lower, version: generic }],
  ["composer", { prefix: "composer", label: "Composer", names: lower, version: generic }],
  [
    "gem",
    {
      prefix: "rubygems",
      label: "RubyGems",
      names: lower,
      version: spelled(/^\d+(?:\.[\dA-Za-z]+)*(?:-[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/),
    },
  ],
  ["golang", { prefix: "go", label: "Go", names: (name) => [name], version: generic }],
  ["hex", { prefix: "erlang", label: "Erlang", names: lower, version: generic }],
  [
    "maven",
    {
      prefix: "maven",
      label: "Maven",
      names: (name) => lower(name.replace("/", ":")),
      version: spelled(/^[\dA-Za-z~_.-]+$/),
    },
  ],
  ["npm", { prefix: "npm", label: "npm", names: lower, version: semver }],
  ["nuget", { prefix: "nuget", label: "NuGet", names: lower, version: generic }],
  ["pub", { prefix: "pub", label: "Pub", names: lower, version: generic }],
  ["pypi", { prefix: "pip", label: "pip", names: pypiNames, version: pep440 }],
  [
    "swift",
    {
      prefix: "swift",
      label: "Swift",
      names: (name) => [name.replace(/^https:\/\//, "").replace(/\.git$/, "")],
      version: generic,
    },
  ],
]);

/** Undefined for an ecosystem that Trivy does not match. */
export const languageOf = (ecosystem: string): Language | undefined => languages.get(ecosystem);

/** With more hyphens only all of them and none of them are tried. */
const MAX_HYPHENS = 4;

/** Trivy keeps a name's dots, where PEP 503 makes them hyphens: `zope-interface` is asked for as `zope.interface`. */
function pypiNames(name: string): readonly string[] {
  const parts = name.split("-");
  const hyphens = parts.length - 1;
  if (hyphens > MAX_HYPHENS) return [name, parts.join(".")];
  return Array.from({ length: 2 ** hyphens }, (_, dots) =>
    parts.reduce((text, part, index) => `${text}${(dots >> (index - 1)) & 1 ? "." : "-"}${part}`),
  );
}
