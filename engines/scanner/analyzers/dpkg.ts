// SPDX-License-Identifier: Apache-2.0
/**
 * Packages recorded by dpkg: the status database, distroless images' status.d, their file lists and copyright files.
 * Sources: dpkg(1) FILES, dpkg-query(1), Debian Policy 5.3 and 12.5, https://github.com/GoogleContainerTools/distroless
 */
import type { FileAnalyzer } from "../analyzer.ts";
import type { Reading } from "../facts.ts";
import { copyrightLicenses } from "./dpkg/copyright.ts";
import { ownedPaths, ownedPathsOfMd5sums, type OwnedPaths } from "./dpkg/owned-paths.ts";
import { statusPackages } from "./dpkg/status.ts";
import { baseName } from "../layer/paths.ts";

const STATUS = "var/lib/dpkg/status";
const STATUS_D = "var/lib/dpkg/status.d/";
const INFO = "var/lib/dpkg/info/";
const DOC = "usr/share/doc/";

export const dpkg: FileAnalyzer = {
  id: "os/dpkg",
  version: 3,
  maxBytes: 64 * 1024 * 1024,
  wants({ path }) {
    if (path.startsWith(DOC))
      return path.endsWith("/copyright") && path.indexOf("/", DOC.length) === path.length - 10;
    if (!path.startsWith("var/lib/dpkg/")) return false;
    return path === STATUS || path.startsWith(STATUS_D) || (path.startsWith(INFO) && path.endsWith(".list"));
  },
  analyze({ file: { path }, text }) {
    if (path.startsWith(DOC)) {
      const licenses = copyrightLicenses(text());
      return licenses.length === 0
        ? undefined
        : { license: { package: path.slice(DOC.length, -10), licenses } };
    }
    if (path.startsWith(INFO)) return owned(owner(path, ".list"), ownedPaths(text()));
    if (path.endsWith(".md5sums")) return owned(owner(path, ".md5sums"), ownedPathsOfMd5sums(text()));
    const { packages, problems } = statusPackages(text());
    if (packages.length + problems.length === 0) return undefined;
    return {
      ...(packages.length === 0 ? {} : { packages }),
      ...(problems.length === 0 ? {} : { problems }),
    };
  },
};

function owned(of: { package: string; architecture?: string }, { paths, isCut }: OwnedPaths): Reading {
  const problems = isCut ? [`${of.package} owns more files than are kept`] : [];
  return { ownership: [{ ...of, paths }], ...(isCut ? { problems } : {}) };
}

/** File lists are named NAME or NAME:ARCH where a package may stand in several architectures. */
function owner(path: string, suffix: string): { package: string; architecture?: string } {
  const [name = "", architecture] = baseName(path).slice(0, -suffix.length).split(":");
  return { package: name, ...(architecture === undefined ? {} : { architecture }) };
}
