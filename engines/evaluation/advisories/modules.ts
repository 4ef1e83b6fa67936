// SPDX-License-Identifier: Apache-2.0
/**
 * Modules of rpm distros: streams of packages (`nodejs:18`) beside the distro's own. Versions of one stream say nothing of
 * another, so an advisory counts only within the one it speaks of. https://docs.fedoraproject.org/en-US/modularity/
 *
 * An entry that names a stream means that stream. Of one that names none its versions tell: modules' builds have `.module` and the
 * platform in their release (`1.module+el9`, `1.module_el8`). Where it has no version either, it means packages outside of modules
 * if its source tells modules apart at all, and any if not.
 */
import { parsePurl } from "#lib/purl/index.ts";
import type { AffectedPackage, VersionRange } from "../types.ts";
import { FROM_THE_START } from "./ranges.ts";

/** An entry's `module` where its source tells modules apart and it names none. */
export const OUTSIDE_OF_MODULES = "";

/** What a component says of itself. */
export interface ModuleState {
  /** `nodejs:18`; undefined outside of modules, and where the record of the stream is lost. */
  readonly stream: string | undefined;
  readonly isModular: boolean;
}

const BUILT_FOR_MODULE = /\.module[+_]/;

/** By the qualifier `rpmmod` (`nodejs:18`, some write version and context behind it), else by the version. */
export function moduleState({
  type,
  purl,
  version,
}: {
  readonly type: string;
  readonly purl: string;
  readonly version: string;
}): ModuleState {
  if (type !== "rpm") return { stream: undefined, isModular: false };
  const label = purl.includes("rpmmod=") ? parsePurl(purl).qualifiers?.["rpmmod"] : undefined;
  const stream = /^[^:\s]+:[^:\s]+/.exec(label ?? "")?.[0];
  return { stream, isModular: stream !== undefined || BUILT_FOR_MODULE.test(version) };
}

/** What an advisory says of a package, as far as modules go. */
export type ModuleScope = Pick<AffectedPackage, "module" | "ranges" | "versions">;

/** Whether the entries leave open what they say of a component that is built for a module: it could not be compared. */
export function leavesModuleOpen(
  entries: readonly ModuleScope[],
  { stream, isModular }: ModuleState,
): boolean {
  if (!isModular) return false;
  // Which stream's entries are the component's is not known.
  if (entries.some(({ module }) => module)) return stream === undefined;
  // An entry for packages outside of modules, of a source that says of no stream that it has this package.
  return entries.some((entry) => entry.module === OUTSIDE_OF_MODULES && versionsOf(entry).length === 0);
}

export function concernsModule(scope: ModuleScope, state: ModuleState): boolean {
  const { module } = scope;
  if (module !== undefined && module !== OUTSIDE_OF_MODULES) return module === state.stream;
  if (versionsOf(scope).length > 0) return isBuiltForModule(scope) === state.isModular;
  return module === undefined || !state.isModular;
}

/** Whether its versions say so. */
export const isBuiltForModule = (scope: ModuleScope): boolean =>
  versionsOf(scope).some((version) => BUILT_FOR_MODULE.test(version));

const versionsOf = ({ ranges, versions = [] }: ModuleScope): readonly string[] => [
  ...ranges.flatMap(boundsOf),
  ...versions,
];

function boundsOf({ introduced, fixed, lastAffected }: VersionRange): readonly string[] {
  return [introduced === FROM_THE_START ? undefined : introduced, fixed, lastAffected].filter(
    (version) => version !== undefined,
  );
}
