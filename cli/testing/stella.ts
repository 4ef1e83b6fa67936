// SPDX-License-Identifier: Apache-2.0
/** The command as a shell sees it: arguments in, exit code and both streams out. In this process, so that it is fast. */
import { vi } from "vitest";
import { run } from "../run.ts";

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

type Write = typeof process.stdout.write;

export async function stella(...args: readonly string[]): Promise<Ran> {
  const texts = { out: "", err: "" };
  const write =
    (name: keyof typeof texts): Write =>
    (text: string | Uint8Array, ...more: readonly unknown[]) => {
      texts[name] += Buffer.from(text).toString();
      const done = more.find((one) => typeof one === "function") as (() => void) | undefined;
      done?.();
      return true;
    };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(write("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(write("err")),
  ];
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    return { exit: await run(args), ...texts };
  } finally {
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
}
