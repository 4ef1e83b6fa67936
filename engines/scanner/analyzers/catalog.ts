// SPDX-License-Identifier: Apache-2.0
/** The analyzers of every scan, one line each; their ids and versions are part of every fragment's cache key. */
import { versionsOf, type Analyzer } from "../analyzer.ts";
import { apk } from "./apk.ts";
import { conda } from "./conda.ts";
import { dotnet } from "./dotnet.ts";
import { dpkg } from "./dpkg.ts";
import { go } from "./go.ts";
import { imports } from "./imports.ts";
import { java } from "./java.ts";
import { loader } from "./loader.ts";
import { manifest } from "./manifest.ts";
import { native } from "./native.ts";
import { node } from "./node.ts";
import { osRelease } from "./os-release.ts";
import { php } from "./php.ts";
import { python } from "./python.ts";
import { rpm } from "./rpm.ts";
import { ruby } from "./ruby.ts";
import { runtime } from "./runtime.ts";
import { rust } from "./rust.ts";
import { script } from "./script.ts";
import { windows } from "./windows.ts";

export const analyzers: readonly Analyzer[] = [
  apk,
  conda,
  dotnet,
  dpkg,
  go,
  imports,
  java,
  loader,
  manifest,
  native,
  node,
  osRelease,
  php,
  python,
  rpm,
  ruby,
  runtime,
  rust,
  script,
  windows,
];

/** Id to version of every analyzer in force, sorted by id: facts made by others have to be made again. */
export const analyzerVersions: Readonly<Record<string, number>> = versionsOf(analyzers);
