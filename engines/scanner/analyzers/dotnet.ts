// SPDX-License-Identifier: Apache-2.0
/**
 * NuGet packages and runtimes of published .NET applications and of installed shared frameworks.
 * Lock files and project files say what a build wants, not what is there, and are not read.
 */
import type { FileAnalyzer } from "../analyzer.ts";
import { depsJsonPackages } from "./dotnet/deps-json.ts";
import { includedFrameworks } from "./dotnet/runtime-config.ts";

export const dotnet: FileAnalyzer = {
  id: "language/dotnet",
  version: 1,
  maxBytes: 8 * 1024 * 1024,
  wants: ({ path }) =>
    path.endsWith(".json") && (path.endsWith(".deps.json") || path.endsWith(".runtimeconfig.json")),
  analyze({ file: { path }, text }) {
    return path.endsWith(".deps.json") ? depsJsonPackages(path, text()) : includedFrameworks(path, text());
  },
};
