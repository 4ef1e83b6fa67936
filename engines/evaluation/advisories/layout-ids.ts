// SPDX-License-Identifier: Apache-2.0
/** Names of the layouts of places on the web, for command lines and types that must not load their code. */
export const layoutIds = ["document", "osv", "csaf", "vex-repository"] as const;

export type LayoutId = (typeof layoutIds)[number];
