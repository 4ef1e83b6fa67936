// SPDX-License-Identifier: Apache-2.0
/** What of a fresh Debian goes into the layer. */
import { expect, it } from "vitest";
import { isKept } from "./base-layer.ts";

it.each([
  ["bin/sh", true],
  ["dev", true],
  ["dev/null", false],
  ["etc/shadow", true],
  ["etc/shadow-", false],
  ["etc/hostname", false],
  ["etc/hostname.d", true],
  ["var/lib/dpkg/status", true],
  ["var/lib/dpkg/status-old", false],
  ["var/lib/apt/lists", true],
  ["var/lib/apt/lists/partial", false],
  ["var/log", true],
  ["var/log/dpkg.log", false],
  ["usr/share/doc", true],
  ["usr/share/doc/tar", true],
  ["usr/share/doc/tar/copyright", true],
  ["usr/share/doc/tar/NEWS.gz", false],
  ["usr/share/man", false],
  ["usr/share/man/man1/ls.1.gz", false],
  ["usr/share/zoneinfo/UTC", true],
])("%s: %s", (path, kept) => {
  expect(isKept(path)).toBe(kept);
});
