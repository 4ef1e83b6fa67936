// SPDX-License-Identifier: Apache-2.0
/** e_machine as OCI platforms name architectures (GOARCH). https://www.sco.com/developers/gabi/latest/ch4.eheader.html */
import type { ElfHeader } from "./header.ts";

const names: Readonly<Record<number, string | ((header: ElfHeader) => string)>> = {
  2: "sparc",
  3: "386",
  8: ({ is64, isLittle }) => `mips${is64 ? "64" : ""}${isLittle ? "le" : ""}`,
  20: "ppc",
  21: ({ isLittle }) => (isLittle ? "ppc64le" : "ppc64"),
  22: ({ is64 }) => (is64 ? "s390x" : "s390"),
  40: ({ isLittle }) => (isLittle ? "arm" : "armbe"),
  43: "sparc64",
  62: "amd64",
  183: ({ isLittle }) => (isLittle ? "arm64" : "arm64be"),
  243: ({ is64 }) => (is64 ? "riscv64" : "riscv"),
  258: ({ is64 }) => (is64 ? "loong64" : "loong"),
};

/** `machine-N` where OCI has no name. */
export function elfArchitecture(header: ElfHeader): string {
  const name = names[header.machine] ?? `machine-${header.machine}`;
  return typeof name === "string" ? name : name(header);
}
