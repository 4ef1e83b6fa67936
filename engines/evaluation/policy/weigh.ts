// SPDX-License-Identifier: Apache-2.0
/** One rule against one subject: what it does there, and when that changes by itself. */
import { worseOf } from "../severity.ts";
import type { Severity } from "../types.ts";
import type { ReadyRule } from "./compile-policy.ts";
import { compares } from "./comparison.ts";
import type { Subject } from "./subject.ts";
import type { RuleAction } from "./types.ts";
import { endOf } from "./until.ts";

/** `passes`: it matches and leaves things as they are. */
export type Outcome = "no match" | "passes" | "expired" | "raises" | "decides";

export interface Weight {
  readonly outcome: Outcome;
  /** From here on, where it raises. */
  readonly severity?: Severity;
  /** Milliseconds; never past. */
  readonly changesAt?: number;
}

const NO_MATCH: Weight = { outcome: "no match" };

export function weigh(ready: ReadyRule, subject: Subject): Weight {
  const { tests } = ready;
  let changesAt: number | undefined;
  for (const { holds, changesAt: moment } of tests) {
    // Only the last test has a moment, which matters where all others hold.
    changesAt = moment?.(subject);
    if (!holds(subject)) return changesAt === undefined ? NO_MATCH : { outcome: "no match", changesAt };
  }
  return withMoment(met(ready, subject), changesAt);
}

function met({ rule: { action }, expired, takes }: ReadyRule, subject: Subject): Weight {
  switch (action.kind) {
    case "fail":
    case "warn":
      return { outcome: "decides" };
    case "ignore":
    case "defer":
      return expired ? { outcome: "expired" } : { outcome: "decides", changesAt: endOf(action.until) };
    case "escalate": {
      const severity = worseOf(subject.severity, action.severity);
      const isRaised = severity !== subject.severity && isMeant(action, subject);
      return isRaised ? { outcome: "raises", severity } : { outcome: "passes" };
    }
    case "requireVEX":
      return {
        outcome: subject.finding !== undefined && takes?.(subject.finding) === true ? "passes" : "decides",
      };
  }
}

/** Whether one of the conditions holds, where there are any. */
function isMeant({ kev, epss }: Extract<RuleAction, { kind: "escalate" }>, { finding }: Subject): boolean {
  if (kev === undefined && epss === undefined) return true;
  if (kev !== undefined && finding?.kev === kev) return true;
  return epss !== undefined && finding?.epss !== undefined && compares(finding.epss, epss);
}

function withMoment(weight: Weight, moment: number | undefined): Weight {
  if (moment === undefined) return weight;
  return { ...weight, changesAt: Math.min(moment, weight.changesAt ?? moment) };
}
