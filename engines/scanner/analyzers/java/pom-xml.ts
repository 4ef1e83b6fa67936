// SPDX-License-Identifier: Apache-2.0
/**
 * What a pom.xml states without its parent: coordinates, licences, dependencies needed to run.
 * Source: https://maven.apache.org/pom.html; nothing is inherited or interpolated but the project's own group.
 */
import { isId } from "./coordinates.ts";
import { xmlEnds } from "./xml-leaves.ts";

export interface Pom {
  readonly group?: string;
  readonly artifact?: string;
  readonly version?: string;
  readonly licenses: readonly string[];
  /** `group:artifact`, sorted, each once. */
  readonly requires: readonly string[];
}

const MAX_DEPENDENCIES = 2000;
const MAX_LICENSES = 20;
const MAX_LICENSE_LENGTH = 120;
const OWN_GROUP = new Set(["${project.groupId}", "${pom.groupId}", "${groupId}"]);
const RUNS_WITH = new Set([undefined, "", "compile", "runtime"]);
const DEPENDENCY = "project/dependencies/dependency";

export function readPom(source: string): Pom {
  const project = new Map<string, string>();
  const licenses = new Set<string>();
  const dependencies: ReadonlyMap<string, string>[] = [];
  let dependency = new Map<string, string>();
  for (const { path, text } of xmlEnds(source)) {
    if (PROJECT.has(path)) project.set(path, text);
    else if (path === "project/licenses/license/name") licenses.add(text.replaceAll(/\s+/g, " "));
    else if (path.startsWith(`${DEPENDENCY}/`)) dependency.set(path.slice(DEPENDENCY.length + 1), text);
    else if (path === DEPENDENCY) {
      if (dependencies.length < MAX_DEPENDENCIES) dependencies.push(dependency);
      dependency = new Map();
    }
  }
  const own = (name: string): string | undefined => project.get(`project/${name}`);
  const group = own("groupId") ?? own("parent/groupId");
  const artifact = own("artifactId");
  const version = own("version") ?? own("parent/version");
  const requires = dependencies.flatMap((each) => requirement(each, group));
  return {
    ...(group === undefined ? {} : { group }),
    ...(artifact === undefined ? {} : { artifact }),
    ...(version === undefined ? {} : { version }),
    licenses: [...licenses].filter(isLicenseName).slice(0, MAX_LICENSES),
    requires: [...new Set(requires)].sort(),
  };
}

const PROJECT = new Set(
  ["groupId", "artifactId", "version", "parent/groupId", "parent/version"].map((name) => `project/${name}`),
);

const isLicenseName = (text: string): boolean =>
  text !== "" && text.length <= MAX_LICENSE_LENGTH && !text.includes("${");

function requirement(fields: ReadonlyMap<string, string>, group: string | undefined): string[] {
  if (!RUNS_WITH.has(fields.get("scope")) || fields.get("optional") === "true") return [];
  const stated = fields.get("groupId") ?? "";
  const of = OWN_GROUP.has(stated) ? (group ?? "") : stated;
  const artifact = fields.get("artifactId") ?? "";
  return isId(of) && isId(artifact) ? [`${of}:${artifact}`] : [];
}
