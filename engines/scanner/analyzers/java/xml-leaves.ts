// SPDX-License-Identifier: Apache-2.0
/** Elements of a small XML document with the text that stands in them: what a pom.xml needs, and no more of XML 1.0. */

export interface XmlEnd {
  /** Names from the root, joined by `/`, as written; empty for elements below the sixth level. */
  readonly path: string;
  /** Trimmed text since its start tag; of an element with children, what follows the last one. */
  readonly text: string;
}

/** Nothing that a pom.xml is read for stands deeper. */
const MAX_PATH = 6;
/** Deeper, it is no pom.xml. */
const MAX_DEPTH = 500;
/** Texts of more characters come back cut. */
const MAX_TEXT = 1000;
const MAX_NAME = 100;

/** Every element at its end tag. Stops without an error where the text stops being XML. */
export function* xmlEnds(source: string): Generator<XmlEnd> {
  const paths: string[] = [];
  let text = "";
  for (let at = 0; ;) {
    const open = source.indexOf("<", at);
    if (open < 0) return;
    if (text.length < MAX_TEXT) text += decoded(source.slice(at, Math.min(open, at + MAX_TEXT)));
    const sign = source[open + 1];
    const special =
      sign === "!" || sign === "?" ? SPECIAL.find(({ start }) => source.startsWith(start, open)) : undefined;
    if (special !== undefined) {
      const from = open + special.start.length;
      const end = source.indexOf(special.end, from);
      if (end < 0) return;
      if (special.isText && text.length < MAX_TEXT)
        text += source.slice(from, Math.min(end, from + MAX_TEXT));
      at = end + special.end.length;
      continue;
    }
    const close = sign === "/" ? source.indexOf(">", open) : tagEnd(source, open);
    if (close < 0) return;
    at = close + 1;
    if (sign === "/") {
      const path = paths.pop();
      if (path === undefined) return;
      yield { path, text: text.trim() };
    } else {
      const parent = paths.at(-1);
      const name = nameAt(source, open + 1, close);
      const path = parent === undefined ? name : paths.length < MAX_PATH ? `${parent}/${name}` : "";
      if (source[close - 1] === "/") yield { path, text: "" };
      else if (paths.push(path) > MAX_DEPTH) return;
    }
    text = "";
  }
}

const SPECIAL = [
  { start: "<!--", end: "-->", isText: false },
  { start: "<![CDATA[", end: "]]>", isText: true },
  { start: "<?", end: "?>", isText: false },
  { start: "<!", end: ">", isText: false },
];

/** The `>` of the tag that begins at `from`, past quoted values; -1 where there is none. */
function tagEnd(source: string, from: number): number {
  const close = source.indexOf(">", from);
  if (close < 0 || !/["']/.test(source.slice(from, close))) return close;
  let quote = "";
  for (let at = from; at < source.length; at++) {
    const sign = source.charAt(at);
    if (quote !== "") quote = sign === quote ? "" : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === ">") return at;
  }
  return -1;
}

function nameAt(source: string, from: number, close: number): string {
  return /^[^\s/>]*/.exec(source.slice(from, Math.min(close, from + MAX_NAME)))?.[0] ?? "";
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", apos: "'", gt: ">", lt: "<", quot: '"' };

function decoded(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(/&(amp|apos|gt|lt|quot);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
