// SPDX-License-Identifier: Apache-2.0
/**
 * Packages recorded by rpm in any of its database forms, and in the manifests of Azure Linux's distroless images.
 * Sources: rpm(8) FILES; https://github.com/microsoft/azurelinux, toolkit/docs/how_it_works/5_misc.md "RPM manifest file"
 */
import { messageOf } from "#lib/errors.ts";
import { rpmdbErrors, visitPackages } from "#lib/rpmdb/index.ts";
import { invalidInput, type FileAnalyzer } from "../analyzer.ts";
import type { Ownership, PackageFact, Reading } from "../facts.ts";
import { DependencyReader } from "./rpm/dependency-names.ts";
import { manifestPackages } from "./rpm/manifest.ts";
import { OwnedPaths } from "./rpm/owned-paths.ts";
import { comparePackages, packageFact } from "./rpm/package-fact.ts";

/** Of a traditional root, of one whose /var starts empty, and of rpm-ostree's. */
const DB_FOLDERS = ["var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"];
const DB_NAMES = new Set(["Packages", "Packages.db", "rpmdb.sqlite"]);
const WRITE_AHEAD_LOG = "rpmdb.sqlite-wal";
/** container-manifest-1 beside it holds the same packages as bare `name-version-release.arch`, so it adds nothing. */
const MANIFEST = "var/lib/rpmmanifest/container-manifest-2";

export const rpm: FileAnalyzer = {
  id: "os/rpm",
  version: 2,
  maxBytes: 256 * 1024 * 1024,
  wants({ path, size }) {
    if (!path.startsWith("var/lib/rpm") && !path.startsWith("usr/")) return false;
    if (path === MANIFEST) return true;
    const folder = DB_FOLDERS.find((prefix) => path.startsWith(prefix));
    if (folder === undefined) return false;
    const name = path.slice(folder.length);
    return DB_NAMES.has(name) || (name === WRITE_AHEAD_LOG && size > 0);
  },
  analyze({ file: { path }, bytes, text }) {
    if (path === MANIFEST) return reading(manifestPackages(text()));
    if (path.endsWith(WRITE_AHEAD_LOG))
      return { problems: ["changes that SQLite has not yet written to the database are not read"] };
    return reading(databasePackages(path, bytes));
  },
};

interface Result {
  readonly packages: readonly PackageFact[];
  readonly ownership?: readonly Ownership[];
  readonly problems: readonly string[];
}

function databasePackages(path: string, bytes: Buffer): Result {
  const found: { fact: PackageFact; ownership?: Ownership }[] = [];
  const problems: string[] = [];
  const owned = new OwnedPaths();
  const dependencies = new DependencyReader();
  try {
    const unread = visitPackages(bytes, (header) => {
      const fact = packageFact(header, dependencies, problems);
      if (!fact) return;
      const paths = owned.pathsOf(header.files);
      found.push({ fact, ...(paths === "" ? {} : { ownership: ownershipOf(fact, paths) }) });
    });
    problems.push(...unread, ...owned.problems());
  } catch (error) {
    if (!rpmdbErrors.is(error)) throw error;
    throw invalidInput(path, messageOf(error), error);
  }
  found.sort((a, b) => comparePackages(a.fact, b.fact));
  const ownership = found.flatMap((each) => each.ownership ?? []);
  return { packages: found.map(({ fact }) => fact), ownership, problems };
}

function ownershipOf({ name, architecture, version }: PackageFact, paths: string): Ownership {
  return { package: name, ...(architecture === undefined ? {} : { architecture }), version, paths };
}

function reading({ packages, ownership = [], problems }: Result): Reading | undefined {
  if (packages.length + problems.length === 0) return undefined;
  return {
    ...(packages.length === 0 ? {} : { packages }),
    ...(ownership.length === 0 ? {} : { ownership }),
    ...(problems.length === 0 ? {} : { problems }),
  };
}
