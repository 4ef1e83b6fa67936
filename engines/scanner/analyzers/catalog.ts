// SPDX-License-Identifier: Apache-2.0
/** The analyzers of every scan, one line each; their ids and versions are part of every fragment's cache key. */
import { versionsOf, type Analyzer } from "../analyzer.ts";
import { apk } from "./apk.ts";
import { dpkg } from "./dpkg.ts";
import { go } from "./go.ts";
import { node } from "./node.ts";
import { osRelease } from "./os-release.ts";
import { python } from "./python.ts";

export const analyzers: readonly Analyzer[] = [apk, dpkg, go, node, osRelease, python];

/** Id to version of every analyzer in force, sorted by id: facts made by others have to be made again. */
export const analyzerVersions: Readonly<Record<string, number>> = versionsOf(analyzers);
