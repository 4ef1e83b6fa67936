// SPDX-License-Identifier: Apache-2.0
/**
 * What happens by itself once everything stands: a new advisory changes the reports that it concerns and no other, a VEX statement
 * answers a finding, and a waiver ends. Leaves the cluster as it found it.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { rfc3339 } from "#lib/clock.ts";
import { duration } from "#hack/lib/log.ts";
import { demoErrors } from "./errors.ts";
import { applyText, type Kubectl } from "./kubectl.ts";
import { changedReports, reportsOf, type SeenReport } from "./reports.ts";

const CHANGES = join(import.meta.dirname, "changes");
const WITHIN_MS = 30_000;
const POLL_MS = 250;
/** Long enough to be seen, and for a slow machine to take the policy in. */
const WAIVED_FOR_MS = 8_000;

/** Said last, so that nobody looks in vain for what was shown. */
const TAKEN_BACK =
  "\nThe advisory, the waiver and the VEX statement were taken back: the reports stand as before.\n";

const WARN = "shop/warn";
const GO_API = "shop/go-api";

/** Results go to `print`. @throws DEMO_CHANGE_UNSEEN */
export async function showChanges(kubectl: Kubectl, print: (text: string) => void): Promise<void> {
  await undo(kubectl);
  try {
    const advisory = await change(kubectl, "advisory.yaml", [[WARN, "fail"]], "madeWith");
    print(`\nA new advisory about one package (hack/demo/changes/advisory.yaml):\n${advisory}`);
    const until = rfc3339(Date.now() + WAIVED_FOR_MS);
    const waived = await change(kubectl, "waiver.yaml", [[WARN, "warn"]], "answer", { UNTIL: until });
    const ended = await settled(kubectl, [[WARN, "fail"]], await reports(kubectl), "answer");
    print(`\nA waiver until ${until} (hack/demo/changes/waiver.yaml):\n${waived}\n${ended}`);
    const vex = await change(kubectl, "vex.yaml", [[GO_API, "pass"]], "madeWith");
    print(`\nA VEX statement of a trusted source (hack/demo/changes/vex.yaml):\n${vex}`);
  } finally {
    await undo(kubectl);
  }
  print(TAKEN_BACK);
}

type Wanted = readonly (readonly [repository: string, verdict: string])[];

/** Applies a file and waits for the reports that it must change. */
async function change(
  kubectl: Kubectl,
  file: string,
  wanted: Wanted,
  by: "answer" | "madeWith",
  values: Readonly<Record<string, string>> = {},
): Promise<string> {
  const before = await reports(kubectl);
  let text = await readFile(join(CHANGES, file), "utf8");
  for (const [name, value] of Object.entries(values)) text = text.replaceAll(name, value);
  await applyText(kubectl, text);
  return settled(kubectl, wanted, before, by);
}

/**
 * One line for each report that changed, once those that must have. Knowledge changes what a report is made with where it can
 * concern the image, and nowhere else; a policy is asked of every image, and changes some answers.
 */
async function settled(
  kubectl: Kubectl,
  wanted: Wanted,
  before: readonly SeenReport[],
  by: "answer" | "madeWith",
): Promise<string> {
  const start = performance.now();
  for (;;) {
    const now = await reports(kubectl);
    const changed = changedReports(before, now, by);
    const missing = wanted.find(
      ([repository, verdict]) => now.find((one) => one.repository === repository)?.verdict !== verdict,
    );
    if (missing === undefined) {
      const stray = changed.filter(({ after }) => !wanted.some(([name]) => name === after.repository));
      if (stray.length > 0)
        throw unseen(`it changed ${stray.map(({ after }) => after.repository).join(", ")} too`);
      const rest = now.length - changed.length;
      const took = duration(performance.now() - start);
      return [
        ...changed.map(
          ({ before: was, after }) =>
            `  ${after.repository}: ${was?.verdict ?? "none"} -> ${after.verdict}, ${after.why}`,
        ),
        `  after ${took}; the other ${rest} reports were not touched`,
      ].join("\n");
    }
    if (performance.now() - start > WITHIN_MS)
      throw unseen(`${missing[0]} is not ${missing[1]} after ${duration(WITHIN_MS)}`);
    await delay(POLL_MS);
  }
}

const unseen = (what: string): Error =>
  demoErrors.make("DEMO_CHANGE_UNSEEN", `a change had another effect than it should have: ${what}`);

const reports = async (kubectl: Kubectl): Promise<readonly SeenReport[]> =>
  reportsOf(await kubectl("get", "reports.stella-ops.org", "-A", "-o", "json"));

/** Also what an earlier run left that was cut short; waits until the reports stand as they did. */
async function undo(kubectl: Kubectl): Promise<void> {
  const gone = ["--ignore-not-found", "--wait"];
  await kubectl("-n", "stellaops", "delete", "scanpolicy", "demo-waiver", ...gone);
  await kubectl(
    "-n",
    "stellaops",
    "delete",
    "advisorysource,vexsource,configmap",
    "-l",
    "stella-ops.org/demo-change",
    ...gone,
  );
  const standing: Wanted = [
    [WARN, "warn"],
    [GO_API, "fail"],
  ];
  const start = performance.now();
  while (performance.now() - start < WITHIN_MS) {
    const now = await reports(kubectl);
    const isSo = standing.every(
      ([repository, verdict]) => now.find((one) => one.repository === repository)?.verdict === verdict,
    );
    if (isSo) return;
    await delay(POLL_MS);
  }
  throw unseen("reports do not stand as before after it was undone");
}
