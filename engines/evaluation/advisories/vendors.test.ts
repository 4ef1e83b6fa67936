// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { connectorIds } from "./connector-ids.ts";
import { vendorOf } from "./vendors.ts";

it.each([
  { id: "GHSA-a", source: "osv", want: "github" },
  { id: "GO-2024-1", source: "osv", want: "golang" },
  { id: "PYSEC-2024-1", source: "osv", want: "pypa" },
  { id: "RUSTSEC-2024-1", source: "osv", want: "rustsec" },
  { id: "ALSA-2024:1", source: "osv", want: "almalinux" },
  { id: "RLSA-2024:1", source: "osv", want: "rocky" },
  { id: "openSUSE-SU-2024:1", source: "osv", want: "suse" },
  { id: "MAL-2024-1", source: "osv", want: "ossf" },
  { id: "CVE-2024-0001", source: "cve5", want: "cve" },
  { id: "CVE-2024-0001", source: "debian/tracker", want: "debian" },
  { id: "GHSA-a", source: "rubysec", want: "rubysec" },
  { id: "GHSA-a", source: "osv", vendor: "acme", want: "acme" },
  { id: "CVE-2024-0001", source: "osv", want: "osv" },
  { id: "CVE-2024-0001", source: "constructor", want: "constructor" },
])("$source $id is said by $want", ({ want, ...advisory }) => {
  expect(vendorOf(advisory)).toBe(want);
});

it.each([
  { distros: ["debian:12", "debian:13"], want: "debian" },
  { distros: ["debian:12", "alpine:3.20"], want: "osv" },
  { distros: [undefined], want: "osv" },
])("an OSV record of a CVE in packages of $distros is said by $want", ({ distros, want }) => {
  const affected = distros.map((distro) => ({
    ecosystem: "x",
    name: "x",
    ranges: [],
    ...(distro === undefined ? {} : { distro }),
  }));
  expect(vendorOf({ id: "CVE-2024-0001", source: "osv", affected })).toBe(want);
});

it("gives a vendor in lower case for every connector", () => {
  for (const source of connectorIds) expect(vendorOf({ id: "X-1", source })).toMatch(/^[a-z0-9]+$/);
});
