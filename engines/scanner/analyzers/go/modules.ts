// SPDX-License-Identifier: Apache-2.0
/** Packages from the module lines of Go build information. Source: https://pkg.go.dev/runtime/debug#BuildInfo */
import type { PackageFact } from "../../facts.ts";
import type { BuildInfo } from "./build-info.ts";

interface Module {
  readonly path: string;
  readonly version: string;
}

/** Built from a folder and not from a released module. */
const DEVEL = "(devel)";

/** Standard library first, then main module and dependencies in the linker's order. */
export function goPackages({ goVersion, modules }: BuildInfo, offset: number): PackageFact[] {
  const stdlib = { path: "stdlib", version: goVersion.replace(/^go/, "").split(" ")[0] ?? goVersion };
  return [stdlib, ...moduleLines(modules)].map((module) => ({ ...packageOf(module), offset }));
}

/** `mod` and `dep` lines; a `=>` line behind one names the module that was built in its place. */
function moduleLines(text: string): Module[] {
  const modules: Module[] = [];
  for (const line of text.split("\n")) {
    const [kind, path = "", version = ""] = line.split("\t");
    if (path === "") continue;
    if (kind === "mod" || kind === "dep") modules.push({ path, version: version === "" ? DEVEL : version });
    if (kind === "=>") {
      const replaced = modules.pop();
      // A folder in place of a module has no version: the name stays, the version is unknown.
      if (replaced)
        modules.push(version === "" ? { path: replaced.path, version: DEVEL } : { path, version });
    }
  }
  return modules;
}

function packageOf({ path, version }: Module): PackageFact {
  const slash = path.lastIndexOf("/");
  return {
    type: "golang",
    ...(slash > 0 ? { namespace: path.slice(0, slash) } : {}),
    name: path.slice(slash + 1),
    version,
  };
}
