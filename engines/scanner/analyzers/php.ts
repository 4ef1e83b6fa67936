// SPDX-License-Identifier: Apache-2.0
/**
 * Packages that Composer installed. Its lock file says what a project wants, not what is there, and is not read.
 * Source: https://getcomposer.org/doc/04-schema.md
 */
import type { FileAnalyzer } from "../analyzer.ts";
import { installedPackages } from "./php/installed.ts";

export const php: FileAnalyzer = {
  id: "language/php",
  version: 1,
  maxBytes: 8 * 1024 * 1024,
  wants: ({ path }) => path.endsWith("/composer/installed.json"),
  analyze: ({ file: { path }, text }) => installedPackages(path, text()),
};
