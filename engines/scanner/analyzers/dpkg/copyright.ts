// SPDX-License-Identifier: Apache-2.0
/**
 * Licence short names of a machine-readable debian/copyright file.
 * Source: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
 */
import { paragraphs } from "../../control-file.ts";
import { byText } from "#lib/compare.ts";

const FORMAT =
  /^Format(?:-Specification)?:.*copyright-format|^Format(?:-Specification)?:.*dep(?:5|\.debian\.net)/i;
const FIELDS = new Set(["license", "files"]);
const MAX_NAMES = 50;
const MAX_NAME_LENGTH = 120;

/** Names as written in `Files` and header paragraphs, sorted, each once; empty for a file in free prose. */
export function copyrightLicenses(text: string): string[] {
  if (!FORMAT.test(text.slice(0, 400))) return [];
  const names = new Set<string>();
  let isHeader = true;
  for (const { fields } of paragraphs(text, FIELDS)) {
    const name = fields.get("license")?.split("\n", 1)[0]?.trim();
    if (name && name.length <= MAX_NAME_LENGTH && (isHeader || fields.has("files"))) names.add(name);
    isHeader = false;
    if (names.size >= MAX_NAMES) break;
  }
  return [...names].sort(byText);
}
