// SPDX-License-Identifier: Apache-2.0
/**
 * What the licences of a package ask of whoever uses it: SPDX 2.3 annex D, and the short forms of distributions
 * (debian/copyright 1.0 section 7.2; Fedora's), which have the same operators in lower case and names of their own.
 */

/** One licence by name, `GPL-2.0-only WITH Classpath-exception-2.0` included; all of several; or one of several. */
export type License =
  { readonly name: string } | { readonly all: readonly License[] } | { readonly any: readonly License[] };

/** What a package without any stated licence has. */
export const NO_LICENSE = "NOASSERTION";

const TOKEN = /[(),]|[^\s(),]+/g;
/** A longer text is a licence's wording and no expression. */
const MAX_LENGTH = 4096;
const MAX_TOKENS = 400;
const MAX_DEPTH = 40;
/** A name of more words is prose, whose "and" and "or" join no licences: "Common Development and Distribution License". */
const NAME = /^[^ ]+(?: v?\d[^ ]*)?$|^public domain$/i;
/** `with Linux-syscall-note exception` */
const MAX_EXCEPTION_WORDS = 4;
/** "GPL-2 or later" is one licence, and not a choice of two. */
const LATER = /^(?:above|any|greater|higher|later|newer)$/i;

/** A text that is no expression is one licence of that name. */
export function readLicense(text: string): License {
  const plain = text.replace(/\s+/g, " ").trim();
  if (plain === "") return { name: NO_LICENSE };
  const tokens = plain.length > MAX_LENGTH ? [] : (plain.match(TOKEN) ?? []);
  if (tokens.length === 0 || tokens.length > MAX_TOKENS) return { name: plain };
  return new Reader(tokens).read() ?? { name: plain };
}

/** All texts of one package. `isChoice`: the ecosystem's lists are a choice (`isLicenseChoice`). */
export function readLicenses(texts: readonly string[], isChoice: boolean): License {
  const parts = [...new Set(texts)].filter((text) => text.trim() !== "").map(readLicense);
  const [first] = parts;
  if (first === undefined) return { name: NO_LICENSE };
  return parts.length === 1 ? first : isChoice ? { any: parts } : { all: parts };
}

/** The licences that `isMeant` names and that no choice avoids, each once; empty where the package can do without. */
export function unavoidable(license: License, isMeant: (name: string) => boolean): readonly string[] {
  if ("name" in license) return isMeant(license.name) ? [license.name] : [];
  if ("all" in license) return distinct(license.all.map((one) => unavoidable(one, isMeant)));
  const each = license.any.map((one) => unavoidable(one, isMeant));
  return each.some((one) => one.length === 0) ? [] : distinct(each);
}

/** As one expression. */
export function licenseText(license: License): string {
  if ("name" in license) return license.name;
  if ("all" in license) return license.all.map(bracketed).join(" AND ");
  return license.any.map(bracketed).join(" OR ");
}

const bracketed = (license: License): string =>
  "name" in license ? license.name : `(${licenseText(license)})`;

const distinct = (lists: readonly (readonly string[])[]): readonly string[] => [...new Set(lists.flat())];

/** By descent; each method leaves `#at` behind what it read, or gives undefined. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  read(): License | undefined {
    const license = this.#expression(0);
    return this.#at === this.#tokens.length ? license : undefined;
  }

  /** debian/copyright: an operator behind a comma binds less than any other. */
  #expression(depth: number): License | undefined {
    let left = this.#choice(depth);
    while (left !== undefined && this.#peek() === ",") {
      this.#at++;
      const operator = this.#peek();
      if (operator !== "and" && operator !== "or") return undefined;
      this.#at++;
      const right = this.#choice(depth);
      if (right === undefined) return undefined;
      left = operator === "and" ? { all: [left, right] } : { any: [left, right] };
    }
    return left;
  }

  #choice(depth: number): License | undefined {
    const parts = this.#list(
      "or",
      () =>
        this.#list(
          "and",
          () => this.#one(depth),
          (all) => ({ all }),
        ),
      (any) => ({ any }),
    );
    return parts;
  }

  #list(
    operator: "and" | "or",
    next: () => License | undefined,
    join: (parts: readonly License[]) => License,
  ): License | undefined {
    const first = next();
    if (first === undefined) return undefined;
    const parts = [first];
    while (this.#peek() === operator) {
      this.#at++;
      const part = next();
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return parts.length === 1 ? first : join(parts);
  }

  #one(depth: number): License | undefined {
    if (this.#peek() === "(") {
      if (depth >= MAX_DEPTH) return undefined;
      this.#at++;
      const inner = this.#expression(depth + 1);
      if (this.#peek() !== ")") return undefined;
      this.#at++;
      return inner;
    }
    const name = this.#words().join(" ");
    if (!NAME.test(name) || LATER.test(name)) return undefined;
    if (this.#peek() !== "with") return { name };
    this.#at++;
    const exception = this.#words();
    const isException = exception.length > 0 && exception.length <= MAX_EXCEPTION_WORDS;
    return isException ? { name: `${name} WITH ${exception.join(" ")}` } : undefined;
  }

  #words(): readonly string[] {
    const from = this.#at;
    while (isWord(this.#peek())) this.#at++;
    return this.#tokens.slice(from, this.#at);
  }

  /** Operators in lower case, any other token as it stands. */
  #peek(): string | undefined {
    const token = this.#tokens[this.#at];
    return token !== undefined && /^(?:and|or|with)$/i.test(token) ? token.toLowerCase() : token;
  }
}

const isWord = (token: string | undefined): boolean =>
  token !== undefined && !["and", "or", "with", "(", ")", ","].includes(token);
