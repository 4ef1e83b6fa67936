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

  it("wants nothing else", () =>
    expect(analyzeFile(osRelease, "opt/etc/os-release", "ID=x")).toBeUndefined());
});
