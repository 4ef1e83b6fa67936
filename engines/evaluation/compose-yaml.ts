// SPDX-License-Identifier: Apache-2.0
/**
 * YAML of strangers to a document in time that grows with its length. The library compares each key of a mapping with all before it,
 * and looks for each alias among all anchors: a megabyte of either would take minutes.
 */
import { YAMLParseError, isScalar, parseDocument, visit } from "yaml";
import type { Document, DocumentOptions, ParseOptions, SchemaOptions } from "yaml";

/** Aliases of one document, whatever they name. */
const MAX_ALIASES = 200;

type Options = Pick<ParseOptions, "lineCounter"> &
  Pick<SchemaOptions, "schema"> &
  Pick<DocumentOptions, "logLevel">;

/** Faults are in its `errors`, among them a key that stands twice in a mapping. @throws RangeError where it is nested too deeply */
export function composeYaml(text: string, options: Options = {}): Document.Parsed {
  const document = parseDocument(text, { ...options, prettyErrors: false, uniqueKeys: false });
  let aliases = 0;
  const fault = (range: readonly number[] | null | undefined, message: string): void => {
    const at = range?.[0] ?? 0;
    document.errors.push(new YAMLParseError([at, at + 1], "DUPLICATE_KEY", message));
  };
  visit(document, {
    Alias: (_key, { range }) => {
      aliases += 1;
      if (aliases <= MAX_ALIASES) return undefined;
      fault(range, `more than ${MAX_ALIASES} aliases`);
      return visit.BREAK;
    },
    Map: (_key, { items }) => {
      const keys = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        // As a value 1 and "1" are one key.
        const name = String(key.value);
        if (keys.has(name)) fault(key.range, "Map keys must be unique");
        keys.add(name);
      }
    },
  });
  return document;
}
