// SPDX-License-Identifier: Apache-2.0
/** Archives written by tar(), read back by offsets of the ustar header. */
import { expect, it } from "vitest";
import { tar } from "./tar.ts";

const text = (archive: Buffer, at: number, length: number) =>
  archive.toString("latin1", at, at + length).replace(/\0.*$/s, "");

it("writes a folder and a file as ustar", () => {
  const archive = tar([
    { path: "etc/", mode: 0o755, content: new Uint8Array() },
    { path: "etc/motd", mode: 0o644, content: Buffer.from("hello") },
  ]);
  expect(archive.length).toBe(5 * 512);
  expect([text(archive, 0, 100), text(archive, 156, 1), text(archive, 100, 8)]).toEqual([
    "etc/",
    "5",
    "0000755",
  ]);
  const file = archive.subarray(512);
  expect([text(file, 0, 100), text(file, 156, 1), text(file, 124, 12)]).toEqual([
    "etc/motd",
    "0",
    "00000000005",
  ]);
  expect(text(file, 257, 8)).toBe("ustar");
  expect(file.toString("utf8", 512, 517)).toBe("hello");
});

it("sums each header with the sum's own field blank", () => {
  const header = tar([{ path: "a", mode: 0o644, content: Buffer.from("x") }]).subarray(0, 512);
  const sum = Number.parseInt(text(header, 148, 8), 8);
  const blank = Buffer.from(header);
  blank.write(" ".repeat(8), 148);
  expect(sum).toBe(blank.reduce((total, byte) => total + byte, 0));
});

it("gives the same bytes twice", () => {
  const once = () => tar([{ path: "a", mode: 0o755, content: Buffer.from("same") }]);
  expect(once().equals(once())).toBe(true);
});

it.each(["", "/abs", "x".repeat(101)])("refuses the name %j", (path) => {
  expect(() => tar([{ path, mode: 0o644, content: new Uint8Array() }])).toThrow(
    expect.objectContaining({ code: "TAR_ENTRY_INVALID" }),
  );
});
