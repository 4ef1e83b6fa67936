// SPDX-License-Identifier: Apache-2.0
/** Version orders as the package ecosystems define them, by purl type. Each file names the document it follows. */
import { apkOrder } from "./apk.ts";
import { bitnamiOrder } from "./bitnami.ts";
import { composerOrder } from "./composer.ts";
import { dpkgOrder } from "./dpkg.ts";
import { goOrder } from "./go.ts";
import { mavenOrder } from "./maven.ts";
import { nugetOrder } from "./nuget.ts";
import { cranOrder, hackageOrder } from "./numbers.ts";
import { versionErrors } from "./order.ts";
import type { VersionOrder } from "./order.ts";
import { pep440Order } from "./pep440.ts";
import { pubOrder } from "./pub.ts";
import { rpmOrder } from "./rpm.ts";
import { rubygemsOrder } from "./rubygems.ts";
import { semverOrder } from "./semver.ts";

export { versionErrors } from "./order.ts";
export type { VersionOrder } from "./order.ts";
export { versConstraints, type VersConstraint } from "./vers.ts";

const ORDERS: ReadonlyMap<string, VersionOrder> = new Map<string, VersionOrder>([
  ["apk", apkOrder],
  ["bitnami", bitnamiOrder],
  ["cargo", semverOrder],
  ["composer", composerOrder],
  ["cran", cranOrder],
  ["deb", dpkgOrder],
  ["gem", rubygemsOrder],
  // Language runtimes that no package manager brought: numbers, and words for what comes before a release.
  ["generic", rubygemsOrder],
  ["golang", goOrder],
  ["hackage", hackageOrder],
  // https://hexdocs.pm/elixir/Version.html
  ["hex", semverOrder],
  ["maven", mavenOrder],
  ["npm", semverOrder],
  ["nuget", nugetOrder],
  ["pub", pubOrder],
  ["pypi", pep440Order],
  ["rpm", rpmOrder],
  // https://developer.apple.com/documentation/packagedescription/version
  ["swift", semverOrder],
]);

/** Purl types that have an order, sorted. */
export const orderedEcosystems: readonly string[] = [...ORDERS.keys()];

/** The order of a purl type's versions; undefined where none is known yet. */
export function versionOrder(ecosystem: string): VersionOrder | undefined {
  return ORDERS.get(ecosystem);
}

/** Negative, 0 or positive. @throws VERSION_INVALID, VERSION_ORDER_UNKNOWN */
export function compareVersions(ecosystem: string, a: string, b: string): number {
  const order = ORDERS.get(ecosystem);
  if (order === undefined) {
    throw versionErrors.make(
      "VERSION_ORDER_UNKNOWN",
      `no version order is known for ${JSON.stringify(ecosystem)}`,
    );
  }
  return order.compare(order.parse(a), order.parse(b));
}
