// SPDX-License-Identifier: Apache-2.0
/**
 * Globs without regular expressions, so that no pattern can be made to run for long. The only special
 * character is `*`: any run of characters; with a separator, `*` stops at it and `**` does not.
 */

export type Matcher = (text: string) => boolean;

/** `*` matches anything, separators too. Work per call grows with text length times number of stars. */
export function glob(pattern: string): Matcher {
  const parts = pattern.split(/\*+/);
  const first = parts[0] ?? "";
  if (parts.length === 1) return (text) => text === pattern;
  const last = parts.at(-1) ?? "";
  const middle = parts.slice(1, -1);
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
      return false;
    let from = first.length;
    for (const part of middle) {
      const at = text.indexOf(part, from);
      if (at < 0) return false;
      from = at + part.length;
    }
    return from + last.length <= text.length;
  };
}

/** Path form: `*` within one folder, `**` over folders, `**`+`/` also none. Linear in text times pattern length. */
export function pathGlob(pattern: string): Matcher {
  if (!pattern.includes("*")) return (text) => text === pattern;
  // Several `**`+`/` in a row mean what one means, and each would be tried from each.
  const tokens = pattern.replace(/(?:\*\*\/){2,}/g, "**/").match(/\*\*\/|\*\*+|\*|[^*]/gu) ?? [];
  return (text) => walk(tokens, text);
}

/** Any of the patterns. */
export function anyOf(patterns: readonly string[], compile: (pattern: string) => Matcher = glob): Matcher {
  const literals = new Set(patterns.filter((pattern) => !pattern.includes("*")));
  const globs = patterns.filter((pattern) => pattern.includes("*")).map(compile);
  return (text) => literals.has(text) || globs.some((matches) => matches(text));
}

/** Runs all positions of the pattern at once: `live[i]` says that the tokens before `i` have been matched. */
function walk(tokens: readonly string[], text: string): boolean {
  let live = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  enter(tokens, live, 0);
  for (const char of text) {
    next.fill(0);
    for (const [index, token] of tokens.entries()) {
      if (live[index] === 1) step(tokens, next, index, token, char);
    }
    [live, next] = [next, live];
  }
  return live[tokens.length] === 1;
}

function step(tokens: readonly string[], next: Uint8Array, index: number, token: string, char: string): void {
  if (token === "**/") {
    next[index] = 1;
    if (char === "/") enter(tokens, next, index + 1);
  } else if (token === "*" ? char !== "/" : token.startsWith("**")) enter(tokens, next, index);
  else if (token === char) enter(tokens, next, index + 1);
}

/** A star may match nothing, so whoever stands before one stands behind it too. */
function enter(tokens: readonly string[], live: Uint8Array, index: number): void {
  live[index] = 1;
  if (tokens[index]?.startsWith("*") === true) enter(tokens, live, index + 1);
}
