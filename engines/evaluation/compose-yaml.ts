// SPDX-License-Identifier: Apache-2.0
/**
 * YAML of strangers to a document in time that grows with its length. The library compares each key of a mapping with all before it,
 * looks for each alias among all anchors, and calls itself for each level: a megabyte of either would take minutes, or the stack.
 */
import { Composer, Lexer, Parser, YAMLParseError, isScalar, visit } from "yaml";
import type { CST, Document, DocumentOptions, LineCounter, SchemaOptions } from "yaml";

/** Aliases of one document, whatever they name. */
const MAX_ALIASES = 200;

interface Options extends Pick<SchemaOptions, "schema">, Pick<DocumentOptions, "logLevel"> {
  readonly maxDepth: number;
  readonly lineCounter?: LineCounter;
}

/**
 * Faults are in its `errors`, among them a key that stands twice in a mapping and a second document behind it.
 * @throws YAMLParseError with the code RESOURCE_EXHAUSTION where it is nested deeper than `maxDepth`
 */
export function composeYaml(
  text: string,
  { maxDepth, lineCounter, ...options }: Options,
): Document.Parsed | undefined {
  lineCounter?.addNewLine(0); // as the parser does for a text that it is given whole
  const parser = new Parser(lineCounter?.addNewLine);
  const composer = new Composer({
    ...options,
    ...(lineCounter === undefined ? {} : { lineCounter }),
    prettyErrors: false,
    uniqueKeys: false,
  });
  const [document, another] = composer.compose(tokens(parser, text, maxDepth), true, text.length);
  if (document === undefined) return undefined;
  if (another !== undefined)
    document.errors.push(faultAt(another.range, "MULTIPLE_DOCS", "multiple documents in one text"));
  checkNodes(document);
  return document;
}

const faultAt = (
  range: readonly number[] | null | undefined,
  code: YAMLParseError["code"],
  message: string,
): YAMLParseError => {
  const at = range?.[0] ?? 0;
  return new YAMLParseError([at, at + 1], code, message);
};

/** Of the lexer's own, which stand for nothing in the text: a document, the end of a flow collection, a scalar. */
const MARKS: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001f"]);

/** What comes behind calls itself for each level: its end would depend on the stack that is left. */
function* tokens(parser: Parser, text: string, maxDepth: number): Generator<CST.Token, void> {
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (!MARKS.has(lexeme)) offset += lexeme.length;
    // The document, its collections, and a scalar.
    if (parser.stack.length > maxDepth + 2)
      throw faultAt([offset], "RESOURCE_EXHAUSTION", `nested deeper than ${maxDepth}`);
  }
  yield* parser.end();
}

function checkNodes(document: Document.Parsed): void {
  let aliases = 0;
  visit(document, {
    Alias: (_key, { range }) => {
      aliases += 1;
      if (aliases <= MAX_ALIASES) return undefined;
      document.errors.push(faultAt(range, "RESOURCE_EXHAUSTION", `more than ${MAX_ALIASES} aliases`));
      return visit.BREAK;
    },
    Map: (_key, { items }) => {
      const keys = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        // As a value 1 and "1" are one key.
        const name = String(key.value);
        if (keys.has(name))
          document.errors.push(faultAt(key.range, "DUPLICATE_KEY", "Map keys must be unique"));
        keys.add(name);
      }
    },
  });
}
