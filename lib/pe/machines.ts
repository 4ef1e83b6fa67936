// SPDX-License-Identifier: Apache-2.0
/** PE machine types as OCI platforms name architectures. Microsoft PE Format, "Machine Types". */

const names: Readonly<Record<number, string>> = {
  0x014c: "386",
  0x01c0: "arm",
  0x01c2: "arm",
  0x01c4: "arm",
  0x5032: "riscv",
  0x5064: "riscv64",
  0x6264: "loong64",
  0x8664: "amd64",
  0xaa64: "arm64",
  0xa641: "arm64",
};

/**
 * .NET's ahead-of-time compiler masks the machine with the system that the code is for: Linux, macOS, FreeBSD, NetBSD,
 * illumos. dotnet/runtime, docs/design/coreclr/botr/readytorun-format.md, "PE Headers and CLI Headers".
 */
const SYSTEM_MASKS = [0, 0x7b79, 0x4644, 0xadc4, 0x1993, 0x1992];

/** `machine-N` where OCI has no name. */
export function peArchitecture(machine: number): string {
  for (const mask of SYSTEM_MASKS) {
    const name = names[machine ^ mask];
    if (name !== undefined) return name;
  }
  return `machine-${machine}`;
}
