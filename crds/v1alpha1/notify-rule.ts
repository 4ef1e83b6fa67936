// SPDX-License-Identifier: Apache-2.0
/** NotifyRule: which events are told to whom, and how often. */
import { z } from "zod";
import { defineKind } from "../kind.ts";
import type { ObjectOf, SpecOf, StatusOf } from "../kind.ts";
import { commonStatus } from "./conditions.ts";
import { choice, duration, flag, glob, listOf, objectName, setOf, shaped, text } from "./fields.ts";
import { deliveryColumns, deliveryStatus } from "./delivery.ts";

const matchSchema = z.object({
  eventKinds: setOf(
    "Kinds of event, * as wildcard: report.ready, rescan.delta, zastava.admission. Nothing given means every kind.",
    shaped("Kind of event.", /^[a-z*][a-z0-9*-]*(\.[a-z*][a-z0-9*-]*)*$/, 64),
    50,
  ).exactOptional(),
  minSeverity: choice("Least severity of the findings that the event is about.", [
    "critical",
    "high",
    "medium",
    "low",
    "unknown",
  ]).exactOptional(),
  verdicts: setOf(
    "Verdicts that count; nothing given means every one.",
    choice("A verdict.", ["pass", "warn", "fail"]),
    3,
  ).exactOptional(),
  namespaces: setOf(
    "Namespaces, * as wildcard: prod-*. A rule outside stellaops sees its own namespace only.",
    glob("Name of a namespace, * as wildcard.", 63),
  ).exactOptional(),
  repositories: setOf(
    "Image repositories, * as wildcard.",
    glob("Repository, * as wildcard."),
  ).exactOptional(),
  vex: z
    .object({
      includeAcceptedJustifications: flag(
        "Whether findings count that a VEX statement answers with an accepted justification.",
      ).default(false),
    })
    .meta({ description: "What VEX statements change." })
    .exactOptional(),
});

const actionSchema = z
  .object({
    channel: objectName("Name of a NotifyChannel of the same namespace."),
    target: text(
      "Where in the channel: #sec-alerts, soc@example.com. The channel's own where nothing is said.",
      320,
    ).exactOptional(),
    template: objectName("Name of the message template, e.g. concise.").exactOptional(),
    throttle: duration("The same message is not sent again within this time.").exactOptional(),
    digest: choice("Collects messages and sends one.", ["hourly", "daily", "weekly"]).exactOptional(),
  })
  .meta({ description: "One message to send." });

const specSchema = z
  .object({
    match: matchSchema
      .meta({ description: "Which events; everything given must hold, of a list one entry is enough." })
      .prefault({}),
    actions: listOf("What to send, and where.", actionSchema, 20).min(1),
    suspend: flag("Whether nothing is sent for now.").default(false),
  })
  .meta({ description: "Which events go where." });

export const notifyRule = defineKind({
  kind: "NotifyRule",
  plural: "notifyrules",
  singular: "notifyrule",
  shortNames: ["nrule"],
  scope: "Namespaced",
  description:
    "A NotifyRule sends events such as a failed verdict or new findings to NotifyChannels. It is stored and validated; nothing is sent yet, which its Ready condition says.",
  spec: specSchema,
  status: z.object({ ...commonStatus, ...deliveryStatus }).meta({ description: "What was sent." }),
  columns: deliveryColumns,
});

export type NotifyRule = ObjectOf<typeof notifyRule>;
export type NotifyRuleSpec = SpecOf<typeof notifyRule>;
export type NotifyRuleStatus = StatusOf<typeof notifyRule>;
