// SPDX-License-Identifier: Apache-2.0
/** Exit codes, help and completion of the command. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { stella } from "./testing/stella.ts";
import { plainTable } from "./table.ts";

describe("exit codes", () => {
  it.each<{ args: string[]; exit: number; says: string }>([
    { args: ["--help"], exit: 0, says: "Usage: stella" },
    { args: ["scan", "--help"], exit: 0, says: "Exit code: 0 verdict pass or warn" },
    { args: ["--version"], exit: 0, says: "0." },
    { args: [], exit: 2, says: "Usage: stella" },
    { args: ["frob"], exit: 2, says: "unknown command 'frob'" },
    { args: ["help", "scan"], exit: 0, says: "Usage: stella scan" },
    { args: ["help", "frob"], exit: 2, says: "unknown command 'frob'" },
    { args: ["advisories", "help", "frob"], exit: 2, says: "unknown command 'frob'" },
    { args: ["scan"], exit: 2, says: "missing required argument" },
    { args: ["scan", "x", "--frob"], exit: 2, says: "unknown option '--frob'" },
    {
      args: ["scan", "x", "-o", "xml"],
      exit: 2,
      says: "Formats are table, json, sarif, packages, cyclonedx-json, cyclonedx-pb, spdx-json",
    },
    { args: ["scan", "x", "-o", "json="], exit: 2, says: "A file name must follow" },
    { args: ["scan", "x", "--platform", "linux"], exit: 2, says: "linux/arm64" },
    { args: ["scan", "--offline", "oci-dir:x", "--base", "a.io/b:1"], exit: 2, says: "TARGET_OFFLINE" },
    { args: ["scan", "dir:/none", "--base", "a.io/b:1"], exit: 2, says: "TARGET_WITHOUT_LAYERS" },
    { args: ["get", "scans", "--kubeconfig", "/none"], exit: 4, says: "KUBECONFIG_MISSING" },
    { args: ["diff", "dir:/none", "dir:/none"], exit: 4, says: "FOLDER_MISSING" },
    { args: ["scan", "dir:/none", "-o", "json", "-o", "spdx-json"], exit: 2, says: "OUTPUTS_MIXED" },
    { args: ["scan", "dir:/none", "-o", "layer-sboms"], exit: 2, says: "layer-sboms=FOLDER" },
    { args: ["serve", "--help"], exit: 0, says: "operator" },
    { args: ["serve"], exit: 2, says: "Usage: stella serve" },
    { args: ["scan", "--offline", "a.io/b:1"], exit: 2, says: "TARGET_OFFLINE" },
    { args: ["scan", "./x"], exit: 2, says: "TARGET_IS_PATH" },
    { args: ["scan", "package.json"], exit: 2, says: "dir: and sbom: before it" },
    { args: ["scan", "sbom:/none"], exit: 4, says: "MISSING" },
    { args: ["sbom-generator"], exit: 2, says: "GENERATOR_NOT_IN_BUILD" },
    { args: ["policy", "digest", "/nowhere.yaml"], exit: 4, says: "FILE_MISSING" },
    { args: ["get", "frobs"], exit: 2, says: "Allowed choices are reports" },
    { args: ["serve", "frob"], exit: 2, says: "operator, webhook" },
    { args: ["serve", "operator", "help"], exit: 0, says: "STELLA_DATA_DIR" },
    { args: ["serve", "webhook", "--help"], exit: 0, says: "STELLA_TLS_DIR" },
  ])("stella $args: $exit", async ({ args, exit, says }) => {
    const ran = await stella(...args);
    expect(ran.exit).toBe(exit);
    expect(ran.out + ran.err).toContain(says);
    expect(exit === 0 ? ran.err : ran.out).toBe("");
  });
});

describe("completion", () => {
  const complete = (script: string, ...words: readonly string[]): string[] =>
    execFileSync(
      "bash",
      [
        "-c",
        `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stella; printf '%s\\n' "\${COMPREPLY[@]}"`,
        "bash",
        ...words,
      ],
      { encoding: "utf8", cwd: "/" },
    )
      .split("\n")
      .filter((word) => word !== "");

  it.each(["bash", "zsh"])("prints a script for %s that bash reads", async (shell) => {
    const { out, exit } = await stella("completion", shell);
    expect(exit).toBe(0);
    execFileSync("bash", ["-n"], { input: out });
  });

  it("offers verbs, options and choices", async () => {
    const { out } = await stella("completion", "bash");
    expect(complete(out, "stella", "ad")).toEqual(["advisories"]);
    expect(complete(out, "stella", "advisories", "i")).toEqual(["import"]);
    expect(complete(out, "stella", "scan", "--fail")).toEqual(["--fail-on"]);
    expect(complete(out, "stella", "get", "scan")).toEqual(["scans", "scanpolicies"]);
    expect(complete(out, "stella", "scan", "/usr/bi")).toEqual(["/usr/bin"]);
    expect(complete(out, "stella", "scan", "x", "--fail-on", "")).toEqual(["warn", "fail", "never"]);
    expect(complete(out, "stella", "scan", "x", "--view", "us")).toEqual(["usage"]);
    expect(complete(out, "stella", "scan", "--policy", "/usr/bi")).toEqual(["/usr/bin"]);
    expect(complete(out, "stella", "scan", "x", "-o", "")).toEqual(
      expect.arrayContaining(["table", "cyclonedx-json", "layer-sboms"]),
    );
    expect(complete(out, "stella", "scan", "x", "--output", "spdx")).toEqual(["spdx-json"]);
    expect(complete(out, "stella", "scan", "x", "-o", "json", "=", "/usr/bi")).toEqual(["/usr/bin"]);
  });

  it("offers files where files are asked for, and nothing where it can't know", async () => {
    const { out } = await stella("completion", "bash");
    expect(complete(out, "stella", "vex", "export", "")).toContain("usr");
    expect(complete(out, "stella", "vex", "export", "--au")).toEqual(["--author"]);
    expect(complete(out, "stella", "vex", "remove", "scan", "")).toEqual([]);
    for (const verb of ["advisories", "vex"]) {
      expect(complete(out, "stella", verb, "remove", "")).toEqual([]);
      expect(complete(out, "stella", verb, "remove", "us")).toEqual([]);
      expect(complete(out, "stella", verb, "remove", "--")).toEqual(["--cache-dir"]);
    }
  });
});

describe("plainTable", () => {
  it("pads columns and leaves no blanks at the end", () => {
    expect(plainTable(["A", "LONG"], [["wide cell", "x"], ["y"]])).toBe("A          LONG\nwide cell  x\ny\n");
  });
});
