// SPDX-License-Identifier: Apache-2.0
/** Which names files of machine code have. */
import type { LayerFile } from "../../analyzer.ts";

const LIBRARY_EXTENSIONS = new Set(["so", "dll", "exe", "dylib", "node", "sys", "pyd"]);
/** Inputs of a linker and kernel modules: nothing that a process loads. */
const OBJECT_EXTENSIONS = new Set(["o", "ko", "a"]);

/** No format's header is shorter. */
const MIN_SIZE = 64;

/** The file asked for last, and the answer: several analyzers ask the same of each file, one after the other. */
let asked: LayerFile | undefined;
let answer = false;

/** Files that can be run, and those named as libraries; their first bytes say whether they are binaries. */
export function isWantedBinary(file: LayerFile): boolean {
  if (file !== asked) [asked, answer] = [file, hasBinaryName(file)];
  return answer;
}

const hasBinaryName = ({ path, size, mode }: LayerFile): boolean =>
  size >= MIN_SIZE && ((mode & 0o111) !== 0 ? !isObjectName(path) : isLibraryName(path));

/** Shared libraries, also with versions behind `.so`, and Windows programs. */
function isLibraryName(path: string): boolean {
  const extension = extensionOf(path);
  const first = extension.charCodeAt(0);
  // `.so.1.2.3`: what stands behind the last dot begins with a digit.
  if (first >= 0x30 && first <= 0x39) return /\.so\.\d[^/]*$/.test(path);
  return LIBRARY_EXTENSIONS.has(extension.toLowerCase());
}

const isObjectName = (path: string): boolean => OBJECT_EXTENSIONS.has(extensionOf(path));

/** Empty where there is none. */
function extensionOf(path: string): string {
  const dot = path.lastIndexOf(".");
  return dot < 0 ? "" : path.slice(dot + 1);
}
