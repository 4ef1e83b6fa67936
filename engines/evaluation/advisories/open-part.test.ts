// SPDX-License-Identifier: Apache-2.0
/** What many documents of one name give together. */
import { expect, it } from "vitest";
import { OpenPart } from "./open-part.ts";

it("has all that 200,000 documents of one name give, in time that grows with their number", () => {
  const part = new OpenPart("a.json", 20);
  const given: readonly string[] = ["CVE-2024-0001"];
  for (let i = 0; i < 200_000; i++)
    part.add({
      exploited: given,
      epss: new Map([[`CVE-2024-${i}`, 0.5]]),
      covers: ["debian:12"],
      notCompared: ["GHC"],
    });
  const { exploited, epss, covers, notCompared } = part.close();
  expect([exploited.length, epss.size, covers, notCompared?.length]).toEqual([
    200_000,
    200_000,
    ["debian:12"],
    200_000,
  ]);
  expect(given).toEqual(["CVE-2024-0001"]);
});
