// SPDX-License-Identifier: Apache-2.0
/** Schedule: when which images are looked at again. */
import { z } from "zod";
import { ruled } from "../cel.ts";
import { defineKind } from "../kind.ts";
import type { ObjectOf, SpecOf, StatusOf } from "../kind.ts";
import { commonStatus } from "./conditions.ts";
import { choice, count, flag, glob, setOf, shaped, textMap, time } from "./fields.ts";

/** Five cron fields or a word such as @daily, then at most one zone name. */
const WHEN =
  /^(@(yearly|annually|monthly|weekly|daily|hourly)|[-0-9A-Za-z*\/,#]+( +[-0-9A-Za-z*\/,#]+){4})( +[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*)?$/;
/** The same with a zone, for CEL. */
const ZONED = "^(@[a-z]+|[^ ]+( +[^ ]+){4}) +[^ ]+$";

const SCOPED = ["namespaces", "repositories", "labels"] as const;

const selectionSchema = ruled(
  z.object({
    scope: choice(
      "all-images, or what the field of the same name lists, which it then needs; further fields narrow the choice.",
      ["all-images", ...SCOPED],
    ).default("all-images"),
    namespaces: setOf(
      "Namespaces in which the image runs, * as wildcard.",
      glob("Name of a namespace, * as wildcard.", 63),
    ).exactOptional(),
    repositories: setOf(
      "Repositories of the image, * as wildcard.",
      glob("Repository, * as wildcard."),
    ).exactOptional(),
    labels: textMap("Labels that a pod with the image must have.").exactOptional(),
    onlyIf: z
      .object({
        lastReportOlderThanDays: count("Leave out images whose last report is younger than this many days.", {
          max: 3650,
        }).exactOptional(),
      })
      .meta({ description: "Further conditions on each image." })
      .exactOptional(),
  }),
  SCOPED.map((field) => ({
    rule: `self.scope != '${field}' || (has(self.${field}) && size(self.${field}) > 0)`,
    message: `scope ${field} needs ${field}`,
    reason: "FieldValueRequired" as const,
    fieldPath: `.${field}`,
    test: (selection) => selection.scope !== field || Object.keys(selection[field] ?? {}).length > 0,
  })),
);

const specSchema = ruled(
  z.object({
    when: shaped(
      'Cron (minute, hour, day, month, weekday) and IANA time zone: "0 2 * * * Europe/Sofia". Also @hourly, @daily, @weekly, @monthly, @yearly.',
      WHEN,
      128,
    ),
    timeZone: shaped(
      "IANA time zone, where when does not name one; UTC where neither does.",
      /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/,
      64,
    ).exactOptional(),
    mode: choice("analysis-only judges the known facts anew; content-refresh reads the images again first.", [
      "analysis-only",
      "content-refresh",
    ]).default("analysis-only"),
    selection: selectionSchema.meta({ description: "Which images." }).prefault({ scope: "all-images" }),
    notify: z
      .object({
        onNewFindings: flag("Whether findings that the last report did not have are announced.").default(
          true,
        ),
        minSeverity: choice("Least severity that is announced.", [
          "critical",
          "high",
          "medium",
          "low",
          "unknown",
        ]).default("high"),
      })
      .meta({ description: "What a run announces to NotifyRules. Stored; this version announces nothing." })
      .exactOptional(),
    limits: z
      .object({
        maxJobs: count("Images a run takes at most; the rest waits for the next.", {
          min: 1,
          max: 1_000_000,
        }).default(5000),
        ratePerSecond: count("Images handed to the workers per second at most.", {
          min: 1,
          max: 10_000,
        }).default(50),
      })
      .meta({ description: "Bounds on a run." })
      .prefault({}),
    suspend: flag("Whether runs are left out for now.").default(false),
  }),
  [
    {
      rule: `!has(self.timeZone) || self.when.endsWith(' ' + self.timeZone) || !self.when.matches('${ZONED}')`,
      message: "when names another time zone than timeZone",
      reason: "FieldValueInvalid",
      fieldPath: ".timeZone",
      test: ({ when, timeZone }) =>
        timeZone === undefined || when.endsWith(` ${timeZone}`) || !new RegExp(ZONED).test(when),
    },
  ],
).meta({ description: "When, which images, and how." });

const lastRunSchema = z.object({
  startTime: time("When it began."),
  finishTime: time("When its last image was done; absent while it runs.").exactOptional(),
  selected: count("Images chosen."),
  enqueued: count("Images handed to the workers."),
  succeeded: count("Images done."),
  failed: count("Images that could not be done."),
  skipped: count("Images chosen but left out: limit reached, or already under way."),
});

const statusSchema = z
  .object({
    ...commonStatus,
    nextRun: time("When the next run begins.").exactOptional(),
    lastRun: lastRunSchema.meta({ description: "The latest run." }).exactOptional(),
  })
  .meta({ description: "Runs, past and next." });

export const schedule = defineKind({
  kind: "Schedule",
  plural: "schedules",
  singular: "schedule",
  shortNames: ["sched"],
  scope: "Namespaced",
  description:
    "A Schedule has images looked at again at set times. In the namespace stellaops it may choose from the whole cluster, anywhere else from its own namespace.",
  spec: specSchema,
  status: statusSchema,
  columns: [
    { name: "WHEN", type: "string", jsonPath: ".spec.when", description: "Cron and time zone." },
    {
      name: "MODE",
      type: "string",
      jsonPath: ".spec.mode",
      description: "analysis-only or content-refresh.",
    },
    {
      name: "SUSPEND",
      type: "boolean",
      jsonPath: ".spec.suspend",
      description: "Whether runs are left out.",
    },
    { name: "NEXT", type: "string", jsonPath: ".status.nextRun", description: "When the next run begins." },
    {
      name: "LAST",
      type: "date",
      jsonPath: ".status.lastRun.startTime",
      description: "Time since the latest run began.",
    },
    {
      name: "READY",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: "Whether the schedule is valid.",
    },
    {
      name: "SELECTED",
      type: "integer",
      jsonPath: ".status.lastRun.selected",
      description: "Images that the latest run chose.",
      priority: 1,
    },
    {
      name: "FAILED",
      type: "integer",
      jsonPath: ".status.lastRun.failed",
      description: "Images that the latest run could not do.",
      priority: 1,
    },
  ],
});

export type Schedule = ObjectOf<typeof schedule>;
export type ScheduleSpec = SpecOf<typeof schedule>;
export type ScheduleStatus = StatusOf<typeof schedule>;
