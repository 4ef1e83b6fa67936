// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { analyzeFile } from "../testing/images.ts";
import { osRelease } from "./os-release.ts";

describe("os/release", () => {
  it.each([
    {
      name: "reads Debian's",
      text: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n',
      want: {
        id: "debian",
        versionId: "12",
        codename: "bookworm",
        prettyName: "Debian GNU/Linux 12 (bookworm)",
      },
    },
    {
      name: "reads Alpine's",
      text: "ID=alpine\nVERSION_ID=3.20.1\n",
      want: { id: "alpine", versionId: "3.20.1" },
    },
    {
      name: "takes quotes off",
      text: "ID='Rocky'\nVERSION_ID=\"9\\$\"",
      want: { id: "rocky", versionId: "9$" },
    },
    {
      name: "takes the manual's default",
      text: "# nothing\nbad line\n",
      want: { id: "linux", versionId: "" },
    },
  ])("$name", ({ text, want }) => {
    expect(analyzeFile(osRelease, "etc/os-release", text)).toEqual({ distro: want });
  });

  it.each([
    ["alpine-release", "3.20.3\n", { id: "alpine", versionId: "3.20.3" }],
    ["alpine-release", "3.21.0_alpha20240807\n", { id: "alpine", versionId: "3.21.0_alpha20240807" }],
    ["debian_version", "12.5\n", { id: "debian", versionId: "12.5" }],
    ["debian_version", "trixie/sid\n", { id: "debian", versionId: "", codename: "trixie" }],
    [
      "redhat-release",
      "CentOS release 6.10 (Final)\n",
      { id: "centos", versionId: "6.10", prettyName: "CentOS release 6.10 (Final)" },
    ],
    [
      "redhat-release",
      "Red Hat Enterprise Linux Server release 7.9 (Maipo)",
      { id: "rhel", versionId: "7.9", prettyName: "Red Hat Enterprise Linux Server release 7.9 (Maipo)" },
    ],
    ["redhat-release", "Some Other release 1", undefined],
    ["debian_version", "x".repeat(1000), undefined],
    ["issue", "Debian 12", undefined],
  ])("reads etc/%s: %j", (name, text, want) => {
    const found = analyzeFile(osRelease, `etc/${name}`, text);
    expect(found).toEqual(want === undefined ? undefined : { distro: want });
  });

  it("wants nothing else", () =>
    expect(analyzeFile(osRelease, "opt/etc/os-release", "ID=x")).toBeUndefined());
});
