// SPDX-License-Identifier: Apache-2.0
/** Programs that a trace leads through, and other ends that the image's user can choose. */
import { describe, expect, it } from "vitest";
import { entryConfig, memoryRoot, type MemoryFile } from "./testing/memory-root.ts";
import { endOf } from "./testing/outline.ts";
import { traceEntry } from "./trace-entry.ts";
import type { EntryTrace } from "./types.ts";

const files: Record<string, MemoryFile> = {
  "bin/sh": { link: "dash" },
  "bin/dash": "elf",
  "bin/bash": "elf",
  "usr/bin/env": "elf",
  "usr/bin/tini": "elf",
  "usr/bin/curl": "elf",
  "usr/bin/node": "elf",
  "usr/bin/python3": "elf",
  "usr/bin/npm": { link: "../lib/node_modules/npm/bin/npm-cli.js" },
  "usr/lib/node_modules/npm/bin/npm-cli.js": "#!/usr/bin/env node\n",
  "srv/a": "elf",
  "srv/b": "elf",
  "srv/c.sh": "#!/bin/bash\ncurl localhost\n",
  "srv/lib.sh": "x=1\n",
  "srv/manage.py": "import django\n",
  "srv/package.json": { manifest: { scripts: { start: "./a" } } },
};

function trace(argv: readonly string[], script?: string): EntryTrace {
  const root = memoryRoot({ ...files, ...(script === undefined ? {} : { "e.sh": script }) });
  return traceEntry(entryConfig({ entrypoint: argv, workingDir: "/srv" }), root);
}

const programs = ({ steps }: EntryTrace): unknown[] => steps.map(({ program }) => program);
/** Of each way the files that it starts. */
const onTheWay = (script: string): unknown[] =>
  (trace(["/e.sh"], `#!/bin/sh\n${script}`).onTheWay ?? []).map((way) => [
    ...new Set([...way.steps.map(({ program }) => program), ...endOf(way)]),
  ]);

describe("steps name what they start", () => {
  it.each([
    ["the shell of a #! line", ["/e.sh"], "#!/bin/sh\nexec ./a\n", ["e.sh", "bin/dash", "srv/a"]],
    [
      "the shell behind env",
      ["/e.sh"],
      "#!/usr/bin/env bash\nexec ./a\n",
      ["e.sh", "usr/bin/env", "bin/bash", "srv/a"],
    ],
    ["a launcher and a shell", ["tini", "--", "sh", "-c", "./a"], "", ["usr/bin/tini", "bin/dash", "srv/a"]],
    [
      "a file that is read in",
      ["/e.sh"],
      "#!/bin/sh\n. ./lib.sh\nexec ./a\n",
      ["e.sh", "bin/dash", "srv/lib.sh", "srv/a"],
    ],
    [
      "npm and its shell",
      ["npm", "start"],
      "",
      ["usr/lib/node_modules/npm/bin/npm-cli.js", "bin/dash", "srv/a"],
    ],
  ])("%s", (_, argv, script, want) => expect(programs(trace(argv, script))).toEqual(want));
});

describe("programs on the way", () => {
  const curl = ["usr/bin/curl", "native: usr/bin/curl"];
  it.each([
    ["in order", "/srv/a --migrate; curl x | sh; exec /srv/b", [["srv/a", "native: srv/a"], curl]],
    ["in a condition", "if curl x; then :; fi; exec /srv/b", [curl]],
    ["under a condition", "[ -e /tmp/x ] && curl x; exec /srv/b", [curl]],
    ["in a substitution", "exec /srv/b $(curl x)", [curl]],
    ["in a subshell that it ends", "(exec curl x); exec /srv/b", [curl]],
    ["a script, with its shell", "./c.sh; exec /srv/b", [["srv/c.sh", "bin/bash", ...curl]]],
    [
      "a language's program",
      "python3 manage.py migrate; exec /srv/b",
      [["usr/bin/python3", "python: usr/bin/python3 srv/manage.py"]],
    ],
    ["nothing that is not there", "wget x; exec /srv/b", []],
    ["itself without end", '[ -e /tmp/x ] && /e.sh again "$@"; exec /srv/b', []],
  ])("%s", (_, script, want) => expect(onTheWay(script)).toEqual(want));

  it("runs npm by its interpreter", () => {
    expect((trace(["npm", "start"]).onTheWay ?? []).map(endOf)).toEqual([
      ["node: usr/bin/node usr/lib/node_modules/npm/bin/npm-cli.js"],
    ]);
  });

  it("is bounded, and says so", () => {
    const many = Array.from({ length: 400 }, (_, index) => [`srv/p${index}`, "elf"] as const);
    const script = `#!/bin/sh\n${many.map(([path]) => `/${path}\n`).join("")}exec /srv/b\n`;
    const root = memoryRoot({ ...files, ...Object.fromEntries(many), "e.sh": script });
    const { onTheWay = [] } = traceEntry(entryConfig({ entrypoint: ["/e.sh"] }), root);
    expect([onTheWay.length, onTheWay.at(-1)?.unresolved?.code]).toEqual([65, "BUDGET_EXHAUSTED"]);
  });
});

describe("variables that the image leaves unset", () => {
  it.each([
    ["a test", '[ -n "$MODE" ] && exec /srv/a; exec /srv/b'],
    ["an if", 'if [ "$MODE" = a ]; then exec /srv/a; fi; exec /srv/b'],
    ["a case", 'case "$MODE" in a) exec /srv/a;; *) exec /srv/b;; esac'],
    ["whether it is set", "if [[ -v MODE ]]; then exec /srv/a; fi; exec /srv/b"],
  ])("may lead elsewhere: %s", (_, script) => {
    const { terminal, alternatives = [] } = trace(["/e.sh"], `#!/bin/bash\n${script}\n`);
    expect([terminal?.path, ...alternatives.map((way) => way.terminal.path)]).toEqual(["srv/b", "srv/a"]);
  });

  it("are no question where they only change arguments", () => {
    const script = '#!/bin/sh\n[ -n "$DEBUG" ] && set -- -v\nexec /srv/b "$@"\n';
    expect(trace(["/e.sh"], script).alternatives).toBeUndefined();
  });
});
