// SPDX-License-Identifier: Apache-2.0
/**
 * The demo's images: what each holds and which verdict the sample policies give it. Exact versions stand in the
 * folders of the same names (package-lock.json, requirements.txt with digests, go.sum).
 */

interface DebianImage {
  readonly kind: "debian";
  /** Folder beside this file with package.json, package-lock.json and perhaps requirements.txt. */
  readonly folder: string;
  /** Repository and tag, without the registry. */
  readonly ref: string;
}

interface GoImage {
  readonly kind: "go";
  /** Folder beside this file with a module whose program is `./server`. */
  readonly folder: string;
  readonly ref: string;
}

export type DemoImage = DebianImage | GoImage;

export const demoImageList: readonly DemoImage[] = [
  /** fail: known-exploited, critical and high findings in npm and PyPI packages. */
  { kind: "debian", folder: "web", ref: "shop/web:1.0" },
  /** pass: the same with fixed versions. */
  { kind: "debian", folder: "web-fixed", ref: "shop/web-fixed:1.1" },
  /** fail: a static binary from scratch, with a critical finding in its build information. */
  { kind: "go", folder: "go-api", ref: "shop/go-api:1.0" },
  /** warn: medium findings only. */
  { kind: "debian", folder: "warn", ref: "shop/warn:1.0" },
  /** One high finding, which config/samples/scanpolicy-waiver.yaml waives. */
  { kind: "debian", folder: "legacy", ref: "shop/legacy:1.0" },
];
