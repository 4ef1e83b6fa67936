// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entryConfig, memoryRoot } from "./testing/memory-root.ts";
import { traceEntry } from "./trace-entry.ts";
import type { EntryTrace } from "./types.ts";

function script(text: string): EntryTrace {
  const root = memoryRoot({
    "bin/sh": "elf",
    "usr/bin/app": "elf",
    "e.sh": `#!/bin/sh\n${text}`,
    "x.sh": text,
  });
  return traceEntry(entryConfig({ entrypoint: ["/e.sh"] }), root);
}

describe("traceEntry", () => {
  it("says that an image starts nothing", () => {
    expect(traceEntry(entryConfig({}), memoryRoot({}))).toEqual({
      steps: [{ kind: "image-config", argv: [] }],
      unresolved: {
        code: "ENTRYPOINT_EMPTY",
        message: "the image names neither an entry point nor a command",
      },
    });
  });

  it("follows a relative program from the working folder", () => {
    const config = entryConfig({
      entrypoint: ["./serve"],
      cmd: ["-p", "80"],
      workingDir: "/srv/x/..",
      user: "www",
    });
    expect(traceEntry(config, memoryRoot({ "srv/serve": "elf" }))).toEqual({
      steps: [{ kind: "image-config", argv: ["./serve", "-p", "80"], program: "srv/serve" }],
      terminal: {
        kind: "native",
        path: "srv/serve",
        argv: ["./serve", "-p", "80"],
        workingDir: "/srv",
        user: "www",
        env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
      },
    });
  });

  it.each([
    [
      "a script whose text is not kept",
      { "e.sh": `#!/bin/sh\n${"#".repeat(70_000)}`, "bin/sh": "elf" },
      "SCRIPT_TEXT_NOT_KEPT",
    ],
    ["a script without a #! line", { "e.sh": "exec app\n" }, "EXEC_FORMAT"],
    ["an interpreter that is not there", { "e.sh": "#!/bin/zsh\n" }, "PROGRAM_NOT_FOUND"],
  ])("stops at %s", (_, files, code) => {
    const { unresolved } = traceEntry(entryConfig({ entrypoint: ["/e.sh"] }), memoryRoot({ ...files }));
    expect(unresolved?.code).toBe(code);
  });

  it.each([
    ["itself for ever", 'exec /e.sh again "$@"', "BUDGET_EXHAUSTED"],
    ["itself as a function", "f() { f; f; }; f", "BUDGET_EXHAUSTED"],
    ["itself as a source", ". /x.sh", "BUDGET_EXHAUSTED"],
    ["values that double", `x=aaaaaaaa; ${"x=$x$x; ".repeat(200)} exec "$x"`, "WORD_NOT_LITERAL"],
    ["words that double", `set -- a b; ${'set -- "$@" "$@"; '.repeat(40)} exec "$@"`, "PROGRAM_NOT_FOUND"],
    [
      "conditions without end",
      `${"if q; then x=$x$RANDOM; else y=$x; set -- $y a; fi; ".repeat(400)} exec "$@"`,
      "BUDGET_EXHAUSTED",
    ],
    [
      "loops in loops",
      `${"for i in 1 2 3 4 5 6 7 8 9; do ".repeat(8)} x=$x$i; ${"done; ".repeat(8)}`,
      "BUDGET_EXHAUSTED",
    ],
    ["brackets in brackets", `${"( ".repeat(5000)} a ${") ".repeat(5000)}`, "SHELL_SYNTAX"],
    [
      "substitutions in substitutions",
      `exec ${"$(echo ".repeat(200)} app ${")".repeat(200)}`,
      "BUDGET_EXHAUSTED",
    ],
    ["negations", `if [ ${"! ".repeat(3000)} a ]; then exec app; fi`, "BUDGET_EXHAUSTED"],
    ["a pattern of stars", `x=${"a".repeat(400)}; exec app "\${x##*${"a*".repeat(50)}b}"`, undefined],
    ["evals in evals", `x='eval "$x"'; eval "$x"`, "BUDGET_EXHAUSTED"],
  ])("ends where a script holds %s", (_, text, code) => expect(script(text).unresolved?.code).toBe(code));

  it("keeps what was found before the budget ended", () => {
    const { terminal, unresolved } = script("curl x && exec app; f() { f; f; }; f");
    expect([terminal?.path, unresolved?.code]).toEqual(["usr/bin/app", "BUDGET_EXHAUSTED"]);
  });

  const tokens = (
    "if then elif else fi case esac in for do done while until { } ( ) (( )) [ ] [[ ]] ! && || | & ; ;; ;& \n $( ` ' \" $x " +
    '"$@" ${x:-y} ${x#*/} ${x//a/b} ${!x} ${#x} ${x[@]} $1 $# x=1 x+=(a) f() f exec app exit return break shift set -- eval . ' +
    "/x.sh source cd / local export -a -o -z -n = != == -f * ? [a-z] a) <<E E > /dev/null 2>&1 wait read sh -c env $(id) \\ $(( 1"
  ).split(" ");

  it("never throws, whatever the script holds", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...tokens), fc.string({ maxLength: 4 })), { maxLength: 60 }),
        (words) => {
          const trace = script(words.join(" "));
          expect(trace.terminal ?? trace.unresolved).toBeDefined();
          expect(script(words.join(" "))).toEqual(trace);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("never throws, whatever the config and the files hold", () => {
    const word = fc.oneof(
      fc.constantFrom(
        "/bin/sh",
        "-c",
        "app",
        "env",
        "java",
        "-jar",
        "tini",
        "su",
        "npm",
        "run",
        "",
        "--",
        "\0",
        "-",
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.array(word),
        fc.array(word),
        fc.array(fc.string()),
        fc.string(),
        (entrypoint, cmd, env, workingDir) => {
          const root = memoryRoot({
            "bin/sh": "elf",
            "bin/env": "elf",
            "bin/java": "elf",
            "bin/tini": "elf",
            "bin/su": "elf",
            "bin/npm": "elf",
          });
          const trace = traceEntry(entryConfig({ entrypoint, cmd, env, workingDir, user: workingDir }), root);
          expect(trace.terminal ?? trace.unresolved).toBeDefined();
        },
      ),
      { numRuns: 400 },
    );
  });
});
