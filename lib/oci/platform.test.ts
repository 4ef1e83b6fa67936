// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { choosePlatform, formatPlatform, parsePlatform } from "./platform.ts";

it.each([
  { want: "linux/amd64", have: ["linux/arm64", "linux/amd64"], chosen: "linux/amd64" },
  { want: "linux/arm64", have: ["linux/arm64/v8"], chosen: "linux/arm64/v8" },
  { want: "linux/arm64/v8", have: ["linux/arm64"], chosen: "linux/arm64" },
  { want: "linux/arm/v7", have: ["linux/arm/v5", "linux/arm/v6"], chosen: "linux/arm/v6" },
  { want: "linux/arm", have: ["linux/arm/v6", "linux/arm/v7"], chosen: "linux/arm/v7" },
  { want: "linux/arm/v6", have: ["linux/arm/v7"], chosen: undefined },
  { want: "linux/amd64", have: ["linux/amd64/v3"], chosen: undefined },
  { want: "linux/amd64/v3", have: ["linux/amd64", "linux/amd64/v2"], chosen: "linux/amd64/v2" },
  { want: "linux/x86_64", have: ["linux/amd64"], chosen: "linux/amd64" },
  { want: "windows/amd64", have: ["linux/amd64"], chosen: undefined },
])("$want of $have is $chosen", ({ want, have, chosen }) => {
  const items = have.map((text) => {
    const [os = "", architecture = "", variant] = text.split("/");
    return { platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } };
  });
  const found = choosePlatform(items, parsePlatform(want));
  expect(found && formatPlatform(found.platform)).toBe(chosen);
});

it.each(["", "linux", "linux/", "a/b/c/d", "linux/am d64"])("refuses the platform %j", (text) => {
  expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: "REFERENCE_INVALID" }) as Error);
});
