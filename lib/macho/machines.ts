// SPDX-License-Identifier: Apache-2.0
/** cputype as OCI platforms name architectures. Apple's mach/machine.h. */

const ABI64 = 0x01000000;

const names: Readonly<Record<number, string>> = {
  7: "386",
  [7 + ABI64]: "amd64",
  12: "arm",
  [12 + ABI64]: "arm64",
  [12 + 2 * ABI64]: "arm64_32",
  18: "ppc",
  [18 + ABI64]: "ppc64",
};

/** `machine-N` where OCI has no name. */
export const machArchitecture = (cpu: number): string => names[cpu] ?? `machine-${cpu}`;
