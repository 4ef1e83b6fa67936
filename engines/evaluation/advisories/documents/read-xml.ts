// SPDX-License-Identifier: Apache-2.0
/**
 * XML read as a stream of elements and texts. Strict: what is not well-formed is refused with its line, and so is a document type,
 * whose entities could make much of little; only the five of XML 1.0 (4.6) and character references stand for something.
 */
import sax from "sax";
import type { SAXOptions, SAXParser } from "sax";
import { documentInvalid } from "../errors.ts";
import { defaultLimits } from "../limits.ts";

/** By qualified name, as written. */
export type XmlAttributes = Readonly<Record<string, string>>;

export interface XmlVisitor {
  /** @param name without its prefix */
  open(name: string, attributes: XmlAttributes): void;
  /** A piece of the text in the element opened last. */
  text(piece: string): void;
  /** @param name without its prefix */
  close(name: string): void;
}

/** Characters given to the parser at once; it looks at the size of what it gathers (64 KiB) between two of these. */
const PIECE = 64 * 1024;
const OPTIONS: SAXOptions & { readonly strictEntities: true } = { strictEntities: true };

/** @throws FEED_DOCUMENT_INVALID with the line, and what the visitor throws */
export function readXml(name: string, text: string, visitor: XmlVisitor): void {
  const parser = sax.parser(true, OPTIONS);
  const refuse = (reason: string, cause?: unknown): Error =>
    documentInvalid({ document: name, path: "$", reason, position: placeOf(parser) }, cause);
  let depth = 0;
  parser.onerror = (error) => {
    throw refuse(`it is no XML: ${(error.message.split("\n", 1)[0] ?? "").slice(0, 200)}`, error);
  };
  parser.ondoctype = () => {
    throw refuse("it has a document type");
  };
  parser.onprocessinginstruction = ({ name: target, body }) => {
    const encoding = target === "xml" ? /\bencoding\s*=\s*["']([^"']{0,40})/.exec(body)?.[1] : undefined;
    if (encoding !== undefined && !/^(utf-8|us-ascii)$/i.test(encoding))
      throw refuse(`its encoding is ${encoding}`);
  };
  parser.onopentag = (tag) => {
    depth += 1;
    if (depth > defaultLimits.maxDepth) throw refuse(`it is nested deeper than ${defaultLimits.maxDepth}`);
    visitor.open(localName(tag.name), tag.attributes as XmlAttributes);
  };
  parser.onclosetag = (qualified) => {
    depth -= 1;
    visitor.close(localName(qualified));
  };
  parser.ontext = (piece) => visitor.text(piece);
  parser.oncdata = (piece) => visitor.text(piece);
  for (let at = 0; at < text.length; at += PIECE) parser.write(text.slice(at, at + PIECE));
  parser.close();
}

const localName = (qualified: string): string => qualified.slice(qualified.indexOf(":") + 1);

function placeOf({ line, column }: SAXParser): string {
  return `line ${line + 1} column ${column + 1}`;
}
