// SPDX-License-Identifier: Apache-2.0
/** Modules that an application's Python files import: those outside of the standard library and of what is installed. */
import type { FileAnalyzer } from "../analyzer.ts";
import { importsOf } from "./python/imports.ts";

/** Installed distributions have metadata of their own; the rest is the standard library and documentation. */
const ELSEWHERE =
  /(?:^|\/)(?:(?:site|dist)-packages|lib(?:32|64)?\/python\d[\d.]*t?|lib\/pypy\d[\d.]*|node_modules)\/|^usr\/share\//;
/** Files made by hand import tens. */
const MAX_IMPORTS = 1000;

export const imports: FileAnalyzer = {
  id: "entry/imports",
  version: 1,
  maxBytes: 1024 * 1024,
  wants: ({ path }) => path.endsWith(".py") && !ELSEWHERE.test(path),
  analyze({ text }) {
    const names = importsOf(text());
    if (names.length === 0) return undefined;
    if (names.length <= MAX_IMPORTS) return { imports: names };
    return {
      imports: names.slice(0, MAX_IMPORTS),
      problems: [`it imports ${names.length} modules; ${MAX_IMPORTS} are kept`],
    };
  },
};
