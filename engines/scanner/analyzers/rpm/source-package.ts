// SPDX-License-Identifier: Apache-2.0
/** The source package that a binary package's SOURCERPM tag names: `name-version-release.src.rpm`, or `.nosrc.rpm`. */

const SOURCE_RPM = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/;

/**
 * A source's file name has no epoch. A binary package of the same version and release has its source's; of another one
 * the source's stays unknown.
 */
export function sourcePackage(
  sourceRpm: string,
  release: string,
  epoch: number | undefined,
): { sourcePackage?: { name: string; version: string } } {
  const [, name, version] = SOURCE_RPM.exec(sourceRpm) ?? [];
  if (name === undefined || version === undefined) return {};
  const hasEpoch = epoch !== undefined && epoch > 0 && version === release;
  return { sourcePackage: { name, version: hasEpoch ? `${epoch}:${version}` : version } };
}
