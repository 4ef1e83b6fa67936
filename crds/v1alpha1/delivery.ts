// SPDX-License-Identifier: Apache-2.0
/** What NotifyRule and NotifyChannel both say of deliveries (DESIGN, custom resources). */
import type { Column } from "../kind.ts";
import { largeCount, time } from "./fields.ts";

export const deliveryStatus = {
  sent: largeCount("Messages delivered.").exactOptional(),
  failed: largeCount("Messages given up.").exactOptional(),
  suppressed: largeCount("Messages left out by throttle, digest or as doubles.").exactOptional(),
  lastDelivery: time("When a message was last delivered.").exactOptional(),
} as const;

export const deliveryColumns: readonly Column[] = [
  {
    name: "READY",
    type: "string",
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: "Whether messages go out.",
  },
  { name: "SENT", type: "integer", jsonPath: ".status.sent", description: "Messages delivered." },
  { name: "FAILED", type: "integer", jsonPath: ".status.failed", description: "Messages given up." },
  {
    name: "LAST",
    type: "date",
    jsonPath: ".status.lastDelivery",
    description: "Time since the last delivery.",
  },
];
