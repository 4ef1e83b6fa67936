// SPDX-License-Identifier: Apache-2.0
/** What `echo` and `printf` print. POSIX.1-2024 echo(1), printf(1). */
import { UNKNOWN } from "../unknown.ts";

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", "0": "" };

const unescaped = (text: string): string =>
  text.replace(/\\([ntr\\])/g, (_, letter: string) => ESCAPES[letter] ?? "");

export function echoed(args: readonly string[]): string {
  let [at, hasNewline, hasEscapes] = [0, true, false];
  for (; /^-[neE]+$/.test(args[at] ?? ""); at++) {
    const flags = args[at] ?? "";
    if (flags.includes("n")) hasNewline = false;
    if (flags.includes("e")) hasEscapes = true;
  }
  const text = args.slice(at).join(" ");
  return (hasEscapes ? unescaped(text) : text) + (hasNewline ? "\n" : "");
}

/** Formats of `%s`, `%d`, `%b` and `%%`; any other leaves the text unknown. */
export function formatted([format = "", ...args]: readonly string[]): string {
  const pattern = unescaped(format);
  if (/%(?![sdb%])/.test(pattern.replaceAll("%%", ""))) return UNKNOWN;
  const perRound = (pattern.replaceAll("%%", "").match(/%/g) ?? []).length;
  const rounds = perRound === 0 ? 1 : Math.max(1, Math.ceil(args.length / perRound));
  let at = 0;
  const fill = (directive: string): string => {
    if (directive === "%%") return "%";
    const arg = args[at++] ?? (directive === "%d" ? "0" : "");
    return directive === "%b" ? unescaped(arg) : arg;
  };
  return Array.from({ length: rounds }, () => pattern.replace(/%[sdb%]/g, fill)).join("");
}
