// SPDX-License-Identifier: Apache-2.0
/**
 * Gems installed by RubyGems, Bundler or a distribution, and the default gems of a Ruby: one file in `specifications/` each.
 * Source: https://guides.rubygems.org/specification-reference/; gems that Bundler takes from Git have none, and are not read.
 */
import { byText } from "#lib/compare.ts";
import type { FileAnalyzer } from "../analyzer.ts";
import type { PackageFact } from "../facts.ts";
import { baseName, directoryOf } from "../layer/paths.ts";
import { parseGemspec } from "./ruby/gemspec.ts";

const INSTALLED = /(?:^|\/)specifications\/(?:default\/)?[^/]+\.gemspec$/;
const SUFFIX = ".gemspec";
const MAX_LICENSES = 20;
const MAX_LICENSE_LENGTH = 120;
const MAX_SUPPLIER_LENGTH = 1000;
/** The most that a gem is known to need is under a hundred. */
const MAX_REQUIRES = 1000;

export const ruby: FileAnalyzer = {
  id: "language/ruby",
  version: 1,
  maxBytes: 4 * 1024 * 1024,
  wants: ({ path }) => path.endsWith(SUFFIX) && INSTALLED.test(path),
  analyze({ file: { path }, text }) {
    const gemspec = parseGemspec(text());
    if (gemspec === undefined) return { problems: ["it has no usable gem name or version"] };
    const { name, version, platform, line } = gemspec;
    const licenses = [...new Set(gemspec.licenses)].filter(isLicense).slice(0, MAX_LICENSES);
    const supplier = gemspec.authors.filter((author) => author !== "").join(", ");
    const requires = [...new Set(gemspec.dependencies)].filter((need) => need !== "").sort(byText);
    const fact: PackageFact = {
      type: "gem",
      name,
      version,
      ...(platform === "ruby" ? {} : { architecture: platform }),
      ...(licenses.length === 0 ? {} : { licenses }),
      line,
      ...(supplier === "" || supplier.length > MAX_SUPPLIER_LENGTH ? {} : { supplier }),
      ...(requires.length === 0 ? {} : { requires: requires.slice(0, MAX_REQUIRES) }),
      contents: [gemFolder(path)],
    };
    return {
      packages: [fact],
      ...(requires.length > MAX_REQUIRES ? { problems: ["it names more dependencies than are kept"] } : {}),
    };
  },
};

const isLicense = (license: string): boolean => license !== "" && license.length <= MAX_LICENSE_LENGTH;

/** `gems/NAME-VERSION[-PLATFORM]` beside `specifications`; the file has the folder's name. */
function gemFolder(path: string): string {
  const folder = directoryOf(path);
  const specifications = baseName(folder) === "default" ? directoryOf(folder) : folder;
  const home = directoryOf(specifications);
  return `${home === "" ? "" : `${home}/`}gems/${baseName(path).slice(0, -SUFFIX.length)}`;
}
