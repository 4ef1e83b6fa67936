// SPDX-License-Identifier: Apache-2.0
/** Package names in dpkg's relationship fields. Debian Policy 7.1, deb-control(5) "Depends", "Provides". */
import { byText } from "#lib/compare.ts";

/** Metapackages list some hundred. */
const MAX_NAMES = 4000;
const MAX_NAME_LENGTH = 200;
/** Characters of one field that are looked at. */
const MAX_FIELD_LENGTH = 1024 * 1024;
/** A name; what may follow is an architecture qualifier `:any`, a version in parentheses, or a restriction in brackets. */
const NAME = /^\s*([a-z0-9][a-z0-9+.-]*)(?:$|[\s:([<])/i;

export interface RelatedNames {
  /** Sorted, each once. */
  readonly names: readonly string[];
  /** True where there were more than are kept. */
  readonly isCut: boolean;
}

/** Names in all fields given, of alternatives (`a | b`) all, without versions and architecture qualifiers. */
export function relatedNames(...fields: readonly (string | undefined)[]): RelatedNames {
  const names = new Set<string>();
  let isCut = false;
  for (const field of fields) {
    if (field === undefined) continue;
    isCut ||= field.length > MAX_FIELD_LENGTH;
    for (const relation of relations(field.slice(0, MAX_FIELD_LENGTH))) {
      const name = NAME.exec(relation)?.[1];
      if (name === undefined || name.length > MAX_NAME_LENGTH || names.has(name)) continue;
      if (names.size >= MAX_NAMES) return { names: sorted(names), isCut: true };
      names.add(name);
    }
  }
  return { names: sorted(names), isCut };
}

/** What stands between commas and bars. */
function* relations(field: string): Generator<string> {
  let start = 0;
  for (let at = 0; at <= field.length; at++) {
    const unit = at === field.length ? COMMA : field.charCodeAt(at);
    if (unit !== COMMA && unit !== BAR) continue;
    yield field.slice(start, Math.min(at, start + MAX_NAME_LENGTH + MAX_SPACE));
    start = at + 1;
  }
}

const COMMA = 0x2c;
const BAR = 0x7c;
/** Line breaks and blanks before a name. */
const MAX_SPACE = 20;

const sorted = (names: ReadonlySet<string>): string[] => [...names].sort(byText);
