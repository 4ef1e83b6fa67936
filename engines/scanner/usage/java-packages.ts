// SPDX-License-Identifier: Apache-2.0
/**
 * Maven packages of a Java program: all that is in the archives that it is started with and in those that their manifests
 * name, nested ones too.
 * Sources: https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html, "Standard Options for Java"; JAR File
 * Specification, "Class-Path Attribute"; https://docs.spring.io/spring-boot/specification/executable-jar/nested-jars.html
 */
import { factOf } from "../compose/draft.ts";
import type { Node } from "../compose/dependencies.ts";
import type { EntryTerminal } from "../entrytrace/index.ts";
import { absolute } from "../entrytrace/places.ts";
import { directoryOf } from "../layer/paths.ts";
import type { ComposedImage, UsedPackage } from "./usage-view.ts";

/** Archives and folders of one class path; manifests that name each other end there. */
const MAX_ENTRIES = 20_000;
/** Where loaders that an unpacked application brings along look for its archives. */
const LIBRARIES = ["BOOT-INF/lib", "WEB-INF/lib", "WEB-INF/lib-provided"];
const DESCRIPTORS = "META-INF/maven/";

export function javaPackages(terminal: EntryTerminal, image: ComposedImage): readonly UsedPackage[] {
  const classPath = new ClassPath(image);
  const { program, preloads = [], workingDir, env } = terminal;
  if (program !== undefined) classPath.archive(program, (path) => `in the started archive /${path}`);
  const inherited = (env["CLASSPATH"] ?? "").split(":").filter((entry) => entry !== "");
  for (const entry of terminal.classPath ?? inherited.map((each) => absolute(each, workingDir).slice(1)))
    classPath.entry(entry);
  for (const path of preloads) classPath.archive(path, () => `loaded before the program: /${path}`);
  return classPath.packages();
}

type Reason = (path: string) => string;

const onClassPath: Reason = (path) => `on the class path: /${path}`;

class ClassPath {
  readonly #image: ComposedImage;
  readonly #maven: readonly Node[];
  readonly #archivesIn: ReadonlyMap<string, readonly string[]>;
  /** True paths of archives and folders of classes; each with the first reason for it. */
  readonly #entries = new Map<string, Reason>();
  readonly #queue: string[] = [];

  constructor(image: ComposedImage) {
    this.#image = image;
    this.#maven = image.nodes.filter(({ component }) => component.type === "maven");
    this.#archivesIn = Map.groupBy(new Set(this.#maven.map(pathOf)), directoryOf);
  }

  /** An archive, a folder of classes, or with `*` behind it a folder of archives. */
  entry(entry: string): void {
    if (entry === "*" || entry.endsWith("/*")) this.#library(this.#truePath(directoryOf(entry)));
    else this.archive(entry, onClassPath);
  }

  archive(name: string, reason: Reason): void {
    const path = this.#truePath(name);
    if (this.#entries.has(path) || this.#entries.size >= MAX_ENTRIES) return;
    this.#entries.set(path, reason);
    this.#queue.push(path);
  }

  packages(): readonly UsedPackage[] {
    for (let path = this.#queue.shift(); path !== undefined; path = this.#queue.shift()) {
      for (const library of LIBRARIES) this.#library(path === "" ? library : `${path}/${library}`);
      this.#follow(path);
    }
    return this.#maven.flatMap((node) => this.#used(node));
  }

  #library(folder: string): void {
    for (const archive of this.#archivesIn.get(folder) ?? []) this.archive(archive, onClassPath);
  }

  /** What the archive's manifest names, seen from the archive's own folder. */
  #follow(path: string): void {
    for (const entry of factOf(this.#image.view.find(path), "classPath") ?? []) {
      const target = fileOf(entry);
      if (target === undefined) continue;
      const named = absolute(target, `/${directoryOf(path)}`).slice(1);
      this.archive(named, (archive) => `named by the manifest of /${path}: /${archive}`);
    }
  }

  #used(node: Node): UsedPackage[] {
    const path = pathOf(node);
    const reason = this.#entries.get(path) ?? this.#entries.get(unpackedIn(path) ?? path);
    return reason ? [{ node, reason: reason(path) }] : [];
  }

  #truePath(name: string): string {
    const path = name.replace(/^\/+|\/+$/g, "");
    return this.#image.view.links.follow(path) ?? path;
  }
}

const pathOf = ({ component }: Node): string => component.evidence[0]?.path ?? "";

/** The folder of classes that a descriptor on disk speaks of. */
function unpackedIn(path: string): string | undefined {
  if (path.startsWith(DESCRIPTORS)) return "";
  const at = path.indexOf(`/${DESCRIPTORS}`);
  return at < 0 ? undefined : path.slice(0, at);
}

/** A relative URL, or one of a file; undefined for any other. */
function fileOf(entry: string): string | undefined {
  const path = entry.replace(/^file:(?:\/\/(?=\/))?/i, "");
  if (/^[a-z][a-z\d+.-]+:/i.test(path)) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
