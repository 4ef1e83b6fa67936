// SPDX-License-Identifier: Apache-2.0
/** What the demo's last step prints, on a cluster that answers as a real one does. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { showChanges } from "./changes.ts";
import type { Kubectl } from "./kubectl.ts";

/** Two Reports; each change has the effect that the demo waits for, and the waiver ends once it has been seen. */
function fakeCluster(): Kubectl {
  let changes: string[] = [];
  let waivedFor = 0;
  const report = (repository: string, verdict: string, advisories: string): object => ({
    metadata: { namespace: "shop" },
    spec: { repository: `localhost:30500/${repository}` },
    status: { verdict, digests: { advisories }, conditions: [] },
  });
  const answer = (...args: string[]): string => {
    if (args.includes("delete")) changes = [];
    if (args[0] === "apply") {
      const text = readFileSync(args.at(-1) ?? "", "utf8");
      changes.push(/^kind: (?:ScanPolicy|AdvisorySource|VexSource)$/m.exec(text)?.[0] ?? "");
      waivedFor = 2;
    }
    if (args[0] !== "get") return "";
    const has = (kind: string): boolean => changes.includes(`kind: ${kind}`);
    const isWaived = has("ScanPolicy") && waivedFor-- > 0;
    return JSON.stringify({
      items: [
        report(
          "shop/warn",
          has("AdvisorySource") && !isWaived ? "fail" : "warn",
          String(has("AdvisorySource")),
        ),
        report("shop/go-api", has("VexSource") ? "pass" : "fail", String(has("VexSource"))),
      ],
    });
  };
  return Object.assign((...args: string[]) => Promise.resolve(answer(...args)), { program: "", flags: [] });
}

it("shows each change, and says last that all were taken back", async () => {
  const printed: string[] = [];
  await showChanges(fakeCluster(), (text) => printed.push(text));
  expect(printed).toHaveLength(4);
  expect(printed[0]).toContain("shop/warn: warn -> fail");
  expect(printed[2]).toContain("shop/go-api: fail -> pass");
  expect(printed[3]).toContain("were taken back: the reports stand as before");
});
