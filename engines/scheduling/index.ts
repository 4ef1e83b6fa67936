// SPDX-License-Identifier: Apache-2.0
/** Public face of scheduling: when to run, over which images, how fast. */
export { type ParsedWhen, type When } from "./cron.ts";
export { due, type Due, type DueInput } from "./due.ts";
export { pace, type Batch, type Limits, type Plan } from "./pace.ts";
export { select, type KnownImage, type Selection } from "./select.ts";
