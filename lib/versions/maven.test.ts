// SPDX-License-Identifier: Apache-2.0
/** Maven's order: rows checked with ComparableVersion of Maven 3.9.9. */
import { describe, expect, it } from "vitest";
import { mavenOrder } from "./maven.ts";

const compare = (a: string, b: string): number =>
  Math.sign(mavenOrder.compare(mavenOrder.parse(a), mavenOrder.parse(b)));

describe("maven", () => {
  it.each([
    {
      oldest: [
        "1.0-alpha-1",
        "1.0-b2",
        "1.0-m1",
        "1.0-rc1",
        "1.0-SNAPSHOT",
        "1.0",
        "1.0-sp",
        "1.0-x",
        "1.0-1",
        "1.0.1",
      ],
    },
    { oldest: ["2.0.0.M1", "2.0.0.RC1", "2.0.0.RELEASE", "2.0.1.M1", "2.0.9", "2.0.10"] },
    { oldest: ["5.6.0.Beta1", "5.6.0.CR1", "5.6.0.Final", "5.6.0.Final-redhat-1", "5.6.1"] },
    { oldest: ["2.9.10", "2.9.10.1", "2.9.10.8", "2.10.0", "2.10.0.pr1"] },
    { oldest: ["30.1.1-android", "30.1.1-jre", "31.0-jre"] },
    { oldest: ["foo", "1", "20040616", "12345678901234567890", "12345678901234567890.1"] },
  ])("orders $oldest", ({ oldest }) => {
    for (let i = 1; i < oldest.length; i += 1)
      expect([oldest[i - 1], oldest[i], compare(oldest[i - 1]!, oldest[i]!)]).toEqual([
        oldest[i - 1],
        oldest[i],
        -1,
      ]);
  });

  it.each([
    { same: ["1", "1.0", "1.0.0", "01", "1-0", "1.", "1-", "1.ga", "1-final", "1.0.RELEASE", " 1 "] },
    { same: ["1-rc-1", "1rc1", "1.0.0-cr1", "1.0.RC1"] },
    { same: ["1-a1", "1.0alpha1", "1-ALPHA-1"] },
    { same: ["1.0.0-foo.0.0", "1-foo"] },
  ])("reads as one: $same", ({ same }) => {
    for (const text of same) expect([text, compare(same[0]!, text)]).toEqual([text, 0]);
  });

  it.each(["", " ", "1 2", "[1,2)", "(,1]", "1,2", "1".repeat(300)])("%j is no version", (text) =>
    expect(() => mavenOrder.parse(text)).toThrow(expect.objectContaining({ code: "VERSION_INVALID" })),
  );
});
