// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { distroRelease, namesSourceRpms, productRelease } from "./distros.ts";
import { packageSpace } from "./ecosystems.ts";

describe("an image's release is the one that advisories speak of", () => {
  it.each([
    [{ id: "debian", versionId: "12" }, "Debian:12"],
    [{ id: "debian", versionId: "12.5" }, "Debian:12"],
    [{ id: "ubuntu", versionId: "22.04" }, "Ubuntu:22.04:LTS"],
    [{ id: "alpine", versionId: "3.20.3" }, "Alpine:v3.20"],
    [{ id: "rocky", versionId: "8.9" }, "Rocky Linux:8"],
    [{ id: "almalinux", versionId: "9.4" }, "AlmaLinux:9"],
    [{ id: "wolfi", versionId: "20230201" }, "Wolfi"],
    [{ id: "chainguard", versionId: "20230214" }, "Chainguard"],
  ])("%j: %s", (distro, ecosystem) => expect(packageSpace(ecosystem)?.distro).toBe(distroRelease(distro)));
});

describe("a product's name is the release of the image that has it", () => {
  it.each([
    ["Red Hat Enterprise Linux 9", { id: "rhel", versionId: "9.3" }],
    ["Rocky Linux 8", { id: "rocky", versionId: "8.9" }],
    ["AlmaLinux 9", { id: "almalinux", versionId: "9.4" }],
    ["Oracle Linux 8", { id: "ol", versionId: "8.10" }],
    ["Debian GNU/Linux 12", { id: "debian", versionId: "12" }],
    ["Debian 9.0", { id: "debian", versionId: "9" }],
    ["Ubuntu 24.04 LTS (noble)", { id: "ubuntu", versionId: "24.04" }],
    ["Ubuntu 24.10", { id: "ubuntu", versionId: "24.10" }],
    ["Azure Linux 3.0", { id: "azurelinux", versionId: "3.0" }],
    ["CBL-Mariner 2.0", { id: "mariner", versionId: "2.0" }],
    ["openSUSE Leap 15.6", { id: "opensuse-leap", versionId: "15.6" }],
    ["openSUSE Tumbleweed", { id: "opensuse-tumbleweed", versionId: "20240601" }],
    ["SUSE Linux Enterprise Server 15 SP5", { id: "sles", versionId: "15.5" }],
    ["SUSE Linux Enterprise Server 15 SP5-LTSS", { id: "sles", versionId: "15.5" }],
    ["SUSE Linux Enterprise Server 12", { id: "sles", versionId: "12" }],
    ["SUSE Linux Enterprise Server for SAP Applications 15 SP4", { id: "sles_sap", versionId: "15.4" }],
    ["SUSE Linux Enterprise Module for Web and Scripting 15 SP5", { id: "sles", versionId: "15.5" }],
    ["SUSE Linux Enterprise Desktop 15 SP5", { id: "sled", versionId: "15.5" }],
    ["SUSE Linux Enterprise Micro 5.5", { id: "sle-micro", versionId: "5.5" }],
    ["SUSE Linux Micro 6.0", { id: "sl-micro", versionId: "6.0" }],
  ])("%s: %j", (product, distro) => expect(productRelease(product)).toBe(distroRelease(distro)));

  it.each([
    "Red Hat Enterprise Linux 8.4 Extended Update Support",
    "Red Hat Enterprise Linux",
    "Red Hat CoreOS 4",
    "SUSE Manager Server 4.3",
    "SUSE Linux Enterprise Live Patching 15 SP5",
    "Azure Linux",
    "",
  ])("%s is none of ours", (product) => expect(productRelease(product)).toBeUndefined());
});

it("knows whose advisories name source rpms", () => {
  expect(["azurelinux:3.0", "mariner:2.0", "rhel:9", "opensuse-tumbleweed"].map(namesSourceRpms)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
