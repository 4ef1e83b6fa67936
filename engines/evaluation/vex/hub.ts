// SPDX-License-Identifier: Apache-2.0
/**
 * VEX repositories: a folder or archive whose `index.json` says which document is about which package. Follows
 * https://github.com/aquasecurity/vex-repo-spec (0.1). In such a place only what the index names is a document, and only for the
 * packages for which it is named: its files come from many hands.
 */
import { z } from "zod";
import { byText } from "#lib/compare.ts";
import { evaluationErrors } from "../errors.ts";
import { Place } from "./formats/fault.ts";
import type { Problems } from "./formats/fault.ts";
import { readJsonObject } from "./formats/read-json.ts";

export interface FoundFile {
  /** Path within the source, with the archives that held it. */
  readonly name: string;
  readonly text: string;
}

export interface ListedFile extends FoundFile {
  /** Absent outside of VEX repositories. */
  readonly listedFor?: readonly string[];
}

export interface Arranged {
  /** In the order of their names. */
  readonly files: readonly ListedFile[];
  /** Indexes, manifests, and files of a repository that its index does not name. */
  readonly ignored: number;
}

const INDEX = "index.json";
const MANIFEST = "vex-repository.json";

const indexShape = z.object({
  packages: z
    .array(z.object({ id: z.string().min(1).max(1000), location: z.string().min(1).max(1000) }))
    .max(500_000),
});
const manifestShape = z.object({
  versions: z.array(z.object({ spec_version: z.string().max(32) })).max(1000),
});

interface Repository {
  /** With `/` at its end; empty for the source itself. */
  readonly folder: string;
  /** File name to the ids for which it is listed. */
  readonly listed: ReadonlyMap<string, readonly string[]>;
}

/** Files that lie in no repository are documents as they are. */
export function arrangeFiles(found: readonly FoundFile[], problems: Problems): Arranged {
  const files = new Map(found.map((file) => [file.name, file]));
  const repositories = repositoriesIn(files, problems);
  const kept: ListedFile[] = [];
  for (const file of files.values()) {
    const repository = enclosing(file.name, repositories);
    const listedFor = repository?.listed.get(file.name);
    if (repository === undefined) kept.push(file);
    else if (listedFor !== undefined) kept.push({ ...file, listedFor });
  }
  for (const { listed, folder } of repositories.values()) {
    const place = new Place(`${folder}${INDEX}`);
    for (const name of listed.keys()) {
      if (!files.has(name)) problems.add(() => place.refuse(`it names ${name}, which is not there`));
    }
  }
  return { files: kept.sort((a, b) => byText(a.name, b.name)), ignored: files.size - kept.length };
}

/** By their folders. One inside another is a folder like any other: its index was written by whoever may add a document. */
function repositoriesIn(
  files: ReadonlyMap<string, FoundFile>,
  problems: Problems,
): ReadonlyMap<string, Repository> {
  const folders = new Set<string>();
  for (const { name, text } of files.values()) {
    const slash = name.lastIndexOf("/") + 1;
    const base = name.slice(slash);
    if (base === MANIFEST || (base === INDEX && isIndex(text, name))) folders.add(name.slice(0, slash));
  }
  const repositories = new Map<string, Repository>();
  for (const folder of [...folders].sort((a, b) => a.length - b.length || byText(a, b))) {
    if (enclosing(folder, repositories) === undefined)
      repositories.set(folder, readRepository(folder, files, problems));
  }
  return repositories;
}

/** Of the outermost folder around a path that is one of them. */
function enclosing<Value>(path: string, folders: ReadonlyMap<string, Value>): Value | undefined {
  for (let end = 0; ;) {
    const found = folders.get(path.slice(0, end));
    const slash = path.indexOf("/", end);
    if (found !== undefined || slash < 0) return found;
    end = slash + 1;
  }
}

function isIndex(text: string, name: string): boolean {
  if (!text.includes('"packages"')) return false;
  try {
    return Array.isArray(readJsonObject(text, name)["packages"]);
  } catch (error) {
    if (!evaluationErrors.is(error)) throw error;
    return false;
  }
}

function readRepository(
  folder: string,
  files: ReadonlyMap<string, FoundFile>,
  problems: Problems,
): Repository {
  const listed = new Map<string, string[]>();
  const name = `${folder}${INDEX}`;
  try {
    checkManifest(files.get(`${folder}${MANIFEST}`));
    const index = files.get(name);
    if (index === undefined)
      throw new Place(name).refuse("the repository has none, so nothing of it is read");
    const { packages } = parsed(indexShape, index);
    for (const [position, { id, location }] of packages.entries()) {
      const file = fileAt(folder, location);
      const place = new Place(name, `packages[${position}].location`);
      if (file === undefined) {
        problems.add(() => place.refuse("it leads out of the repository"));
        continue;
      }
      const ids = listed.get(file);
      if (ids === undefined) listed.set(file, [id]);
      else ids.push(id);
    }
  } catch (error) {
    if (!evaluationErrors.is(error)) throw error;
    problems.add(() => error);
  }
  return { folder, listed };
}

/** Without one the index is taken for one of the version that is known. */
function checkManifest(manifest: FoundFile | undefined): void {
  if (manifest === undefined) return;
  const { versions } = parsed(manifestShape, manifest);
  if (!versions.some(({ spec_version: version }) => version.startsWith("0.")))
    throw new Place(manifest.name, "versions").refuse("none is 0.x, which is what is read");
}

function parsed<Shape extends z.ZodType>(shape: Shape, { name, text }: FoundFile): z.output<Shape> {
  const result = shape.safeParse(readJsonObject(text, name));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Place(name, issue?.path.map(String).join(".") ?? "").refuse(
    issue?.message ?? "it has another form",
  );
}

function fileAt(folder: string, location: string): string | undefined {
  const path = location.replace(/^(?:\.\/)+/, "");
  const isInside = !path.split("/").some((segment) => segment === "" || segment === "." || segment === "..");
  return isInside ? `${folder}${path}` : undefined;
}
