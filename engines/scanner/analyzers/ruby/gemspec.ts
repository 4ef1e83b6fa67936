// SPDX-License-Identifier: Apache-2.0
/**
 * An installed gem's specification, read as text and never run: RubyGems writes one assignment or call a line.
 * Sources: https://guides.rubygems.org/specification-reference/, Gem::Specification#to_ruby, Gem::StubSpecification
 */
import { numberedLines } from "../../lines.ts";
import { rubyStrings } from "./strings.ts";

export interface Gemspec {
  readonly name: string;
  readonly version: string;
  /** `ruby` for a gem that runs anywhere. */
  readonly platform: string;
  readonly licenses: readonly string[];
  readonly authors: readonly string[];
  /** In the file's order. */
  readonly dependencies: readonly string[];
  /** 1-based, of the name. */
  readonly line: number;
}

/** `# stub: NAME VERSION PLATFORM PATHS`, which RubyGems itself reads instead of the whole. */
const STUB = /^# stub: (\S+) (\S+) (\S+) /;
const FIELD =
  /^\s*[a-z]\w*\.(name|version|platform|licenses?|authors?|add_runtime_dependency|add_dependency)\b(.*)$/;
/** A list of files is longer, and none of the fields read here. */
const MAX_LINE_LENGTH = 20_000;
const MAX_LINES = 20_000;
const MAX_NAME_LENGTH = 200;

type FieldName = "name" | "version" | "platform" | "licenses" | "authors" | "dependencies";

const FIELD_NAMES: Readonly<Record<string, FieldName>> = {
  author: "authors",
  license: "licenses",
  add_dependency: "dependencies",
  add_runtime_dependency: "dependencies",
};

/** Undefined where no name or version is written out. */
export function parseGemspec(text: string): Gemspec | undefined {
  const fields = new Map<FieldName, string[]>();
  let stub: RegExpExecArray | null = null;
  let nameLine = 0;
  for (const { line, number } of numberedLines(text)) {
    if (number > MAX_LINES) break;
    if (line.length > MAX_LINE_LENGTH) continue;
    if (line.startsWith("# stub: ")) {
      stub ??= STUB.exec(line);
      if (nameLine === 0) nameLine = number;
    }
    if (line.trim() === "else") break; // what follows repeats all dependencies as runtime ones, for an old RubyGems
    const [, word, rest = ""] = FIELD.exec(line) ?? [];
    if (word === undefined) continue;
    const field = FIELD_NAMES[word] ?? (word as FieldName);
    const values = rubyStrings(rest);
    if (field === "dependencies") fields.set(field, [...(fields.get(field) ?? []), ...values.slice(0, 1)]);
    else if (!fields.has(field)) fields.set(field, values);
    if (field === "name") nameLine = number;
  }
  const name = stub?.[1] ?? fields.get("name")?.[0];
  const version = stub?.[2] ?? fields.get("version")?.[0];
  if (!name || !version || name.length > MAX_NAME_LENGTH || version.length > MAX_NAME_LENGTH)
    return undefined;
  return {
    name,
    version,
    platform: stub?.[3] ?? fields.get("platform")?.[0] ?? "ruby",
    licenses: fields.get("licenses") ?? [],
    authors: fields.get("authors") ?? [],
    dependencies: fields.get("dependencies") ?? [],
    line: nameLine,
  };
}
