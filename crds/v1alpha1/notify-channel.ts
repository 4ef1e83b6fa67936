// SPDX-License-Identifier: Apache-2.0
/** NotifyChannel: one way out, with its credentials. */
import { z } from "zod";
import { ruled } from "../cel.ts";
import type { Rule } from "../cel.ts";
import { defineKind } from "../kind.ts";
import type { ObjectOf, SpecOf, StatusOf } from "../kind.ts";
import { commonStatus } from "./conditions.ts";
import { choice, count, flag, objectName, registryHost, setOf, shaped, text } from "./fields.ts";
import { deliveryColumns, deliveryStatus } from "./delivery.ts";

const MAIL = /^[^\s@<>]+@[^\s@<>]+$/;

const keyedSecretSchema = z.object({
  name: objectName("Name of the Secret."),
  key: shaped("Key in the Secret.", /^[-._A-Za-z0-9]+$/).exactOptional(),
});

const emailSchema = z.object({
  host: registryHost("SMTP server, with port if it is not 587: smtp.example.com:465."),
  from: shaped("Sender's address.", MAIL, 320),
  to: setOf("Addresses that get what names no target.", shaped("Address.", MAIL, 320), 50).exactOptional(),
  tls: choice("How the connection is secured.", ["starttls", "implicit", "none"]).default("starttls"),
});

const webhookSchema = z.object({
  url: shaped("Where to POST: https://hooks.example.com/stella.", /^https?:\/\/[^\s#]+$/, 2048),
  insecure: flag("Whether its certificate goes unchecked.").default(false),
});

interface Draft {
  readonly type: "slack" | "teams" | "email" | "webhook";
  readonly secretRef?: unknown;
  readonly email?: unknown;
  readonly webhook?: unknown;
}

const rules: readonly Rule<Draft>[] = [
  {
    rule: "!(self.type in ['slack', 'teams']) || has(self.secretRef)",
    message: "slack and teams need secretRef: a Secret of this namespace with the hook's url, or a token",
    reason: "FieldValueRequired",
    fieldPath: ".secretRef",
    test: ({ type, secretRef }) => (type !== "slack" && type !== "teams") || secretRef !== undefined,
  },
  {
    rule: "(self.type == 'email') == has(self.email)",
    message: "type email needs email with host and from, and no other type takes it",
    fieldPath: ".email",
    test: ({ type, email }) => (type === "email") === (email !== undefined),
  },
  {
    rule: "(self.type == 'webhook') == has(self.webhook)",
    message: "type webhook needs webhook with url, and no other type takes it",
    fieldPath: ".webhook",
    test: ({ type, webhook }) => (type === "webhook") === (webhook !== undefined),
  },
];

const specSchema = ruled(
  z.object({
    type: choice("What stands at the other end.", ["slack", "teams", "email", "webhook"]),
    secretRef: keyedSecretSchema
      .meta({
        description:
          "Secret of the same namespace. slack, teams: the hook's url, or a token; email: username and password; webhook: the key that signs each request.",
        "x-kubernetes-map-type": "atomic",
      })
      .exactOptional(),
    target: text("Where messages go that name no target: #sec-alerts.", 320).exactOptional(),
    email: emailSchema.meta({ description: "Mail server; for type email." }).exactOptional(),
    webhook: webhookSchema.meta({ description: "Receiver; for type webhook." }).exactOptional(),
    ratePerMinute: count("Messages per minute at most.", { min: 1, max: 6000 }).default(60),
    suspend: flag("Whether nothing is sent for now.").default(false),
  }),
  rules,
).meta({ description: "What the channel is, and how to reach it." });

export const notifyChannel = defineKind({
  kind: "NotifyChannel",
  plural: "notifychannels",
  singular: "notifychannel",
  shortNames: ["nchan"],
  scope: "Namespaced",
  description:
    "A NotifyChannel is one way out for messages: a Slack or Teams hook, a mail server, a webhook. It is stored and validated; nothing is sent yet, which its Ready condition says.",
  spec: specSchema,
  status: z.object({ ...commonStatus, ...deliveryStatus }).meta({ description: "What was sent." }),
  columns: [
    { name: "TYPE", type: "string", jsonPath: ".spec.type", description: "What stands at the other end." },
    ...deliveryColumns,
  ],
});

export type NotifyChannel = ObjectOf<typeof notifyChannel>;
export type NotifyChannelSpec = SpecOf<typeof notifyChannel>;
export type NotifyChannelStatus = StatusOf<typeof notifyChannel>;
