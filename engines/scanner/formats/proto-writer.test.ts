// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { ProtoWriter } from "./proto-writer.ts";

describe("ProtoWriter", () => {
  const bytesOf = (fill: (writer: ProtoWriter) => void): string => {
    const writer = new ProtoWriter();
    fill(writer);
    return Buffer.from(writer.bytes()).toString("hex");
  };

  it.each([
    ["a varint (encoding guide: 08 96 01)", (w: ProtoWriter) => w.int(1, 150), "089601"],
    [
      "a string (encoding guide: 12 07 testing)",
      (w: ProtoWriter) => w.string(2, "testing"),
      "120774657374696e67",
    ],
    [
      "a message (encoding guide: 1a 03 08 96 01)",
      (w: ProtoWriter) => w.message(3, (m) => m.int(1, 150)),
      "1a03089601",
    ],
    ["-2 in ten bytes", (w: ProtoWriter) => w.int(1, -2), "08feffffffffffffffff01"],
    ["more than 32 bits", (w: ProtoWriter) => w.int(1, 2 ** 40), "08808080808020"],
    ["field 16 in two bytes", (w: ProtoWriter) => w.string(16, ""), "820100"],
    [
      "nothing for a default",
      (w: ProtoWriter) => {
        w.plainInt(1, 0);
        w.plainString(2, "");
        w.int(3, undefined);
      },
      "",
    ],
    ["a default that is set", (w: ProtoWriter) => w.int(1, 0), "0800"],
    ["empty elements", (w: ProtoWriter) => w.strings(1, ["", "a"]), "0a000a0161"],
    ["an empty message", (w: ProtoWriter) => w.message(1, () => undefined), "0a00"],
  ])("%s", (_name, fill, want) => expect(bytesOf(fill)).toBe(want));
});
