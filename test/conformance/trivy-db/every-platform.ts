// SPDX-License-Identifier: Apache-2.0
/** An export with packages of every distro and ecosystem that both matchers know, in every form that a range can have. */
import type { Advisory, AffectedPackage, SourceExport, VersionRange } from "#engines/evaluation/index.ts";
import { digestOf } from "#lib/digest.ts";

const DEB = ["debian:11", "debian:12", "ubuntu:22.04", "ubuntu:24.04"];
const APK = ["alpine:3.19", "alpine:3.20", "alpine:edge", "chainguard", "wolfi"];
const RPM = [
  ...["almalinux:8", "almalinux:9", "amzn:2", "amzn:2023", "azurelinux:3.0", "mariner:2.0", "ol:8", "ol:9"],
  ...["opensuse-leap:15.5", "photon:5.0", "rhel:8", "rhel:9", "rocky:8", "rocky:9", "sles:15.5"],
];
/** Distros whose packages trivy finds without a fix too. */
const OPEN = ["alpine:3.20", "azurelinux:3.0", "debian:12", "mariner:2.0", "rhel:9", "ubuntu:24.04"];

/** An older, a middle and a newer version in each order, with letters and revisions where there are any. */
const VERSIONS: Readonly<Record<string, readonly [string, string, string]>> = {
  apk: ["1.2.0_rc1-r0", "1.2.3-r4", "1.10.0-r0"],
  cargo: ["0.9.0", "1.2.3", "1.10.0-rc.1"],
  composer: ["1.2.0", "1.2.3", "1.10.0"],
  deb: ["1.2.0~rc1-1", "1:1.2.3-1ubuntu4", "1:1.10+dfsg-1+deb12u1"],
  gem: ["1.2.0", "1.2.3", "1.10.0.pre1"],
  golang: ["0.0.0-20200101000000-abcdef123456", "1.2.3", "1.10.0"],
  maven: ["1.2.0", "1.2.3.RELEASE", "1.10.0"],
  npm: ["1.2.0", "1.2.3", "1.10.0-rc.1"],
  nuget: ["1.2.0", "1.2.3.4", "1.10.0"],
  pypi: ["1.2rc1", "1.2.3", "1.10.post1"],
  rpm: ["1.2.0-1.el9", "1:1.2.3-4.el9_4", "1:1.10.0-1.el9"],
};
const LANGUAGE_NAMES: Readonly<Record<string, string>> = {
  cargo: "time",
  composer: "acme/thing",
  gem: "rack",
  golang: "github.com/Acme/Thing",
  maven: "org.Acme/Thing",
  npm: "@acme/thing",
  nuget: "acme.thing",
  pypi: "zope-interface",
};

let number = 0;
const nextId = (): string => `CVE-2023-${String(++number).padStart(4, "0")}`;

function advisory(affected: readonly AffectedPackage[], more: Partial<Advisory> = {}): Advisory {
  return {
    id: nextId(),
    aliases: [],
    source: "osv",
    severity: "unknown",
    cvss: [],
    references: [],
    affected,
    ...more,
  };
}

function distroAdvisories(ecosystem: string, distros: readonly string[]): readonly Advisory[] {
  const [older = "", middle = "", newer = ""] = VERSIONS[ecosystem] ?? [];
  const everywhere = (ranges: readonly VersionRange[], more: Partial<AffectedPackage> = {}) =>
    distros.map((distro) => ({ ecosystem, distro, name: `lib${ecosystem}`, ranges, ...more }));
  return [
    advisory(everywhere([{ introduced: "0", fixed: older }]), { severity: "low" }),
    advisory(everywhere([{ introduced: "0", fixed: middle }], { severity: "high" })),
    advisory(
      everywhere([
        { introduced: "0", fixed: newer },
        { introduced: "0", fixed: middle },
      ]),
      { severity: "critical" },
    ),
    advisory(
      everywhere([{ introduced: "0" }], { severity: "medium" }).filter(({ distro }) => OPEN.includes(distro)),
    ),
  ];
}

/** The one distro of which trivy reads the first affected version. */
function fromAVersionOn(): Advisory {
  const [, introduced = "", fixed = ""] = VERSIONS["apk"] ?? [];
  return advisory([
    { ecosystem: "apk", distro: "alpine:3.20", name: "libapk", ranges: [{ introduced, fixed }] },
  ]);
}

function languageAdvisories(ecosystem: string): readonly Advisory[] {
  const [older = "", middle = "", newer = ""] = VERSIONS[ecosystem] ?? [];
  const name = LANGUAGE_NAMES[ecosystem] ?? "";
  const of = (ranges: readonly VersionRange[], versions?: readonly string[]): readonly AffectedPackage[] => [
    { ecosystem, name, ranges, ...(versions === undefined ? {} : { versions }) },
  ];
  const alias = { aliases: [nextId()] };
  return [
    advisory(of([{ introduced: "0", fixed: middle }]), { severity: "low" }),
    advisory(of([{ introduced: older, fixed: middle }, { introduced: newer }]), { severity: "medium" }),
    advisory(of([{ introduced: older, lastAffected: middle }]), { severity: "high" }),
    advisory(of([{ introduced: older, lastAffected: middle, fixed: newer }]), { severity: "critical" }),
    advisory(of([], [older, newer]), { severity: "critical" }),
    advisory(of([{ introduced: "0" }])),
    {
      ...advisory(of([{ introduced: "0", fixed: older }]), { severity: "high", ...alias }),
      id: `GHSA-${ecosystem}`,
    },
    {
      ...advisory(of([{ introduced: middle, fixed: newer }]), { severity: "high", ...alias }),
      id: `OSV-${ecosystem}`,
    },
  ];
}

/** Without a fix, each for another reason. */
const open = (["ignored", "postponed", "end_of_life", "no-dsa", "undetermined"] as const).map(
  (distroStatus, at) => ({
    ...advisory([
      { ecosystem: "deb", distro: "debian:12", name: "open", ranges: [{ introduced: "0" }], distroStatus },
    ]),
    id: `CVE-2024-100${at + 1}`,
  }),
);

export const everyPlatform: SourceExport = {
  name: "every platform",
  advisories: [
    ...distroAdvisories("deb", DEB),
    ...distroAdvisories("apk", APK),
    fromAVersionOn(),
    ...distroAdvisories("rpm", RPM),
    ...Object.keys(LANGUAGE_NAMES).flatMap(languageAdvisories),
    ...open,
  ],
  exploited: [],
  epss: [],
  covers: [],
  exportDigest: digestOf("every platform"),
};
