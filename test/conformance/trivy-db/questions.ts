// SPDX-License-Identifier: Apache-2.0
/**
 * Packages to ask both matchers about: of every package that an advisory names, each version at which an answer may turn, and
 * some around it.
 */
import type { AffectedPackage, SourceExport } from "#engines/evaluation/index.ts";

export interface Question {
  readonly ecosystem: string;
  /** `debian:12`; absent for a language's package. */
  readonly distro?: string;
  readonly name: string;
  readonly module?: string;
  readonly version: string;
}

/** Versions that stand close to one, in the ecosystem's own notation. */
const AROUND: Readonly<Record<string, (version: string) => readonly string[]>> = {
  pypi: (version) =>
    /^[\d.]+$/.test(version) ? [`${version}rc1`, `${version}.dev1`, `${version}.post1`] : [],
  npm: (version) => (/^\d+\.\d+\.\d+$/.test(version) ? [`${version}-beta.1`] : []),
  cargo: (version) => (/^\d+\.\d+\.\d+$/.test(version) ? [`${version}-beta.1`] : []),
  gem: (version) => (/^[\d.]+$/.test(version) ? [`${version}.pre1`, `${version}.1`] : []),
  maven: (version) => (/^[\d.]+$/.test(version) ? [`${version}-rc1`, `${version}.1`] : []),
  deb: (version) => [`${version}+b1`, `${version}~bpo1`],
  apk: (version) => [version.replace(/-r(\d+)$/, (_, revision) => `-r${Number(revision) + 1}`)],
  rpm: (version) => [`${version}.1`],
};
const EVERYWHERE = ["0.0.1", "99999.0.0"];

/** @param most versions of one package, spread over all there are */
export function questionsOf(exports: readonly SourceExport[], most: number): readonly Question[] {
  const packages = new Map<string, { first: AffectedPackage; versions: Set<string> }>();
  for (const { affected } of exports.flatMap(({ advisories }) => advisories).flatMap(named)) {
    const key = JSON.stringify([affected.ecosystem, affected.distro, affected.module, affected.name]);
    const found = packages.get(key) ?? { first: affected, versions: new Set(EVERYWHERE) };
    packages.set(key, found);
    for (const version of versionsOf(affected)) found.versions.add(version);
  }
  return [...packages.values()].flatMap(({ first, versions }) => {
    const { ecosystem, distro, name, module } = first;
    const all = [...versions].sort();
    const step = Math.max(1, all.length / most);
    const some = Array.from(
      { length: Math.min(most, all.length) },
      (_, at) => all[Math.floor(at * step)] ?? "",
    );
    return some.map((version) => ({
      ecosystem,
      ...(distro === undefined ? {} : { distro }),
      name,
      ...(module === undefined ? {} : { module }),
      version,
    }));
  });
}

const named = ({ affected }: SourceExport["advisories"][number]): { affected: AffectedPackage }[] =>
  affected.map((one) => ({ affected: one }));

function versionsOf({ ecosystem, ranges, versions = [] }: AffectedPackage): readonly string[] {
  const bounds = ranges.flatMap(({ introduced, fixed, lastAffected }) =>
    [introduced, fixed ?? [], lastAffected ?? []].flat(),
  );
  const around = AROUND[ecosystem] ?? (() => []);
  return [...bounds.filter((version) => version !== "0"), ...versions.slice(0, 5)].flatMap((version) => [
    version,
    ...around(version),
  ]);
}
