// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { distroRelease } from "./distros.ts";
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
