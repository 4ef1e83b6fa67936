// SPDX-License-Identifier: Apache-2.0
/**
 * Modules that Python source names in import statements, found without parsing the rest of it.
 * Source: https://docs.python.org/3/reference/lexical_analysis.html and .../simple_stmts.html#import. `import` is a
 * keyword, so outside of strings and comments it can begin or end nothing else.
 */
import { byText } from "#lib/compare.ts";

/** Longer, it is no module of a real program. */
const MAX_NAME = 300;
const WORD = /[\p{L}\p{N}_]+/uy;
/** White space and joined lines, not the end of a line. */
const BLANK = /(?:[ \t\f]|\\\r?\n)*/y;
const DOTTED = /[\p{L}_][\p{L}\p{N}_]*(?:[ \t]*\.[ \t]*[\p{L}_][\p{L}\p{N}_]*)*/uy;
const DOTS = /(?:\.[ \t]*)*/y;
const ANY_BLANK = /\s*/y;

/** Dotted names, sorted, each once; a relative one begins with its dots. Takes time linear in the text. */
export function importsOf(text: string): string[] {
  const found = new Set<string>();
  if (text.includes("import")) new Scanner(text, found).run();
  return [...found].sort(byText);
}

class Scanner {
  readonly #text: string;
  readonly #found: Set<string>;
  #at = 0;

  constructor(text: string, found: Set<string>) {
    this.#text = text;
    this.#found = found;
  }

  run(): void {
    const text = this.#text;
    while (this.#at < text.length) {
      const unit = text.charCodeAt(this.#at);
      if (unit === 0x23) this.#skipLine();
      else if (unit === 0x22 || unit === 0x27) this.#string();
      else if (isWordUnit(unit)) this.#word();
      else this.#at++;
    }
  }

  #skipLine(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  /** Moves behind the string; its content where it stands in one line and holds no escape. */
  #string(): string | undefined {
    const text = this.#text;
    const quote = text.charAt(this.#at);
    const isTriple = text.startsWith(quote.repeat(3), this.#at);
    const mark = isTriple ? quote.repeat(3) : quote;
    const start = this.#at + mark.length;
    let isPlain = !isTriple;
    for (let at = start; at < text.length; at++) {
      const sign = text.charAt(at);
      if (sign === "\\") {
        isPlain = false;
        at++;
      } else if (sign === "\n" && !isTriple) {
        this.#at = at; // never closed
        return undefined;
      } else if (sign === quote && text.startsWith(mark, at)) {
        this.#at = at + mark.length;
        return isPlain ? text.slice(start, at) : undefined;
      }
    }
    this.#at = text.length;
    return undefined;
  }

  #word(): void {
    const before = this.#text.charAt(this.#at - 1);
    switch (this.#take(WORD)) {
      case "import":
        if (before !== ".") this.#importList();
        break;
      case "from":
        if (before !== ".") this.#from();
        break;
      case "import_module":
      case "__import__":
        this.#call();
        break;
      case "":
        this.#at++; // a sign outside the ASCII range that is no letter
        break;
    }
  }

  /** `a.b as c, d` */
  #importList(): void {
    do {
      this.#take(BLANK);
      const name = this.#take(DOTTED);
      if (name === "") return;
      this.#add(name);
      this.#take(BLANK);
      this.#alias(false);
    } while (this.#skips(","));
  }

  /** `..a.b import c`. Of dots alone the names behind `import` are the modules. */
  #from(): void {
    this.#take(BLANK);
    const dots = this.#take(DOTS);
    this.#take(BLANK);
    const start = this.#at;
    if (dots !== "" && this.#take(WORD) === "import") {
      this.#siblings(dots);
      return;
    }
    this.#at = start;
    const name = this.#take(DOTTED);
    this.#take(BLANK);
    if (this.#take(WORD) === "import") {
      if (name !== "__future__") this.#add(dots + name);
    } else if (name.length <= MAX_NAME) this.#at = start; // `yield from a`: read on, but no long name again
  }

  #siblings(dots: string): void {
    this.#take(BLANK);
    const isList = this.#skips("(");
    do {
      this.#blank(isList);
      const name = this.#take(WORD);
      if (name !== "" || this.#skips("*")) this.#add(dots + name);
      this.#blank(isList);
      this.#alias(isList);
    } while (this.#skips(","));
  }

  /** `as NAME` */
  #alias(isList: boolean): void {
    if (!this.#text.startsWith("as", this.#at)) return;
    this.#take(WORD);
    this.#blank(isList);
    this.#take(WORD);
    this.#blank(isList);
  }

  /** In parentheses lines may end, and comments stand between names. */
  #blank(isList: boolean): void {
    this.#take(isList ? ANY_BLANK : BLANK);
    while (isList && this.#text.charAt(this.#at) === "#") {
      this.#skipLine();
      this.#take(ANY_BLANK);
    }
  }

  /** `import_module("a.b")`: a whole name that stands there as it is. */
  #call(): void {
    this.#take(BLANK);
    if (!this.#skips("(")) return;
    this.#take(ANY_BLANK);
    const sign = this.#text.charAt(this.#at);
    if (sign !== '"' && sign !== "'") return;
    const name = this.#string();
    const start = this.#at;
    this.#take(ANY_BLANK);
    const next = this.#text.charAt(this.#at);
    this.#at = start;
    if (name === undefined || (next !== ")" && next !== ",")) return;
    DOTTED.lastIndex = 0;
    if (DOTTED.exec(name)?.[0] === name) this.#add(name);
  }

  #add(name: string): void {
    const bare = name.replaceAll(/[ \t]/g, "");
    if (bare.length <= MAX_NAME) this.#found.add(bare);
  }

  /** Whether the sign stands here; moves behind it. */
  #skips(sign: string): boolean {
    if (this.#text.charAt(this.#at) !== sign) return false;
    this.#at++;
    return true;
  }

  /** What matches here, empty where nothing does; moves behind it. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [text = ""] = pattern.exec(this.#text) ?? [];
    this.#at += text.length;
    return text;
  }
}

const isWordUnit = (unit: number): boolean =>
  (unit >= 0x61 && unit <= 0x7a) ||
  (unit >= 0x41 && unit <= 0x5a) ||
  unit === 0x5f ||
  (unit >= 0x30 && unit <= 0x39) ||
  unit >= 0x80;
