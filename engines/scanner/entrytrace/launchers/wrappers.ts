// SPDX-License-Identifier: Apache-2.0
/** Programs that change a little of the process and then become the program on their command line. */
import { stuck, withEnv, type Process, type Way } from "../process.ts";
import { isKnown } from "../unknown.ts";
import { notLiteral, onward, parseOptions, terminal, type Launcher, type Start } from "./launcher.ts";

interface Wrapper {
  /** Letters of options that take a value. */
  readonly letters?: string;
  readonly long?: readonly string[];
  /** Operands before the program. */
  readonly operands?: number;
  /** The first operand or an option's value is the user to become. */
  readonly user?: "operand" | readonly string[];
}

const wrappers: Readonly<Record<string, Wrapper>> = {
  tini: { letters: "pe" },
  "tini-static": { letters: "pe" },
  "docker-init": { letters: "pe" },
  "dumb-init": { letters: "r", long: ["--rewrite"] },
  catatonit: {},
  gosu: { operands: 1, user: "operand" },
  "su-exec": { operands: 1, user: "operand" },
  "s6-setuidgid": { operands: 1, user: "operand" },
  setuidgid: { operands: 1, user: "operand" },
  chpst: { letters: "ueUb/ndmofpcrt012", user: ["-u"] },
  "with-contenv": {},
  setpriv: {
    letters: "",
    long: [
      "--ambient-caps", "--inh-caps", "--bounding-set", "--ruid", "--euid", "--rgid", "--egid", "--reuid", "--regid",
      "--groups", "--securebits", "--pdeathsig", "--selinux-label", "--apparmor-profile",
    ], // prettier-ignore
    user: ["--reuid"],
  },
  sudo: {
    letters: "CDghpRrTtUu",
    long: ["--user", "--group", "--chdir", "--host", "--prompt"],
    user: ["-u", "--user"],
  },
  doas: { letters: "Cu", user: ["-u"] },
  nice: { letters: "n", long: ["--adjustment"] },
  ionice: { letters: "cn", long: ["--class", "--classdata"] },
  chrt: { letters: "TPD", operands: 1 },
  taskset: { operands: 1 },
  nohup: {},
  timeout: { letters: "ks", long: ["--kill-after", "--signal"], operands: 1 },
  stdbuf: { letters: "ioe", long: ["--input", "--output", "--error"] },
  setsid: {},
  time: { letters: "of" },
  prlimit: {},
  numactl: {
    letters: "iNmCp",
    long: ["--interleave", "--cpunodebind", "--membind", "--physcpubind", "--preferred"],
  },
};

function wrap(spec: Wrapper): Launcher {
  return (start) => {
    const { process } = start;
    const { letters = "", long = [], operands = 0, user } = spec;
    const { values, rest } = parseOptions(process.argv.slice(1), letters, long);
    const argv = rest.slice(operands);
    if (argv[0] === undefined) return [terminal(start, "native")];
    const name =
      user === "operand" ? rest[0] : user?.map((option) => values.get(option)).find((value) => value);
    const settings = start.name === "sudo" ? leadingSettings(argv) : 0;
    const env = withEnv(process.env, argv.slice(0, settings).map(setting));
    return onward(start, argv.slice(settings), { env, ...(name ? { user: name } : {}) });
  };
}

const isSetting = (word: string): boolean => /^[A-Za-z_]\w*=/.test(word);

function leadingSettings(words: readonly string[]): number {
  const end = words.findIndex((word) => !isSetting(word));
  return end < 0 ? words.length : end;
}

function setting(word: string): [string, string] {
  const equals = word.indexOf("=");
  return [word.slice(0, equals), word.slice(equals + 1)];
}

/** env(1): `-i`, `-u`, `-C`, `-S` and settings. */
function runEnv(start: Start): Way[] {
  const { process } = start;
  const args = splitStrings(process.argv.slice(1));
  const long = ["--unset", "--chdir", "--argv0"];
  const { all, values, rest } = parseOptions(args, "uCa", long);
  const isEmptied = values.has("-i") || values.has("--ignore-environment") || rest[0] === "-";
  const operands = rest[0] === "-" ? rest.slice(1) : rest;
  const env = new Map(isEmptied ? [] : process.env);
  for (const [option, value] of all) if (option === "-u" || option === "--unset") env.delete(value);
  const settings = leadingSettings(operands);
  for (const [name, value] of operands.slice(0, settings).map(setting)) env.set(name, value);
  const argv = operands.slice(settings);
  const workingDir = values.get("-C") ?? values.get("--chdir") ?? process.workingDir;
  return argv.length === 0 ? [terminal(start, "native")] : onward(start, argv, { env, workingDir });
}

/** `-S "a b"` and `-Sa b`, as `#!` lines write it. */
function splitStrings(args: readonly string[]): string[] {
  const [first = "", second = ""] = args;
  const attached = /^(?:-[iv0]*S|--split-string=)(.*)$/s.exec(first)?.[1];
  if (attached === undefined) return [...args];
  const hasOwn = attached.trim() !== "";
  const words = (hasOwn ? attached : second).trim().split(/\s+/);
  const flags = first.startsWith("--")
    ? []
    : [first.slice(0, first.indexOf("S"))].filter((flag) => flag.length > 1);
  return [...flags, ...words, ...args.slice(hasOwn ? 1 : 2)];
}

/** su(1) and runuser(1): options may stand behind the user. */
function runAsUser(start: Start): Way[] {
  const { process, name } = start;
  const long = [
    "--command",
    "--session-command",
    "--shell",
    "--group",
    "--supp-group",
    "--whitelist-environment",
    "--user",
  ];
  const all = new Map<string, string>();
  const operands: string[] = [];
  let words = process.argv.slice(1);
  while (words.length > 0) {
    const { values, rest } = parseOptions(words, "csgGwu", long);
    for (const [option, value] of values) all.set(option, value);
    const used = words.length - rest.length;
    if (words[used - 1] === "--" || all.has("-u") || all.has("--user")) {
      operands.push(...rest);
      break;
    }
    const [operand, ...others] = rest;
    if (operand !== undefined && operand !== "-") operands.push(operand);
    words = others;
  }
  const asUser = all.get("-u") ?? all.get("--user");
  if (name === "runuser" && asUser !== undefined) return onward(start, operands, { user: asUser });
  const [user = "root", ...args] = operands;
  const command = all.get("-c") ?? all.get("--command") ?? all.get("--session-command");
  const shell = all.get("-s") ?? all.get("--shell") ?? "/bin/sh"; // the user's own shell is not known
  return onward(start, [shell, ...(command === undefined ? [] : ["-c", command]), ...args], { user });
}

function runChroot(start: Start): Way[] {
  const { values, rest } = parseOptions(start.process.argv.slice(1), "", ["--userspec", "--groups"]);
  const [root = "", ...argv] = rest;
  if (!isKnown(root)) return [notLiteral(start, "the root folder")];
  if (root !== "/") return [stuck(start.process, "CHROOT", `chroot leads to ${root}, which is not followed`)];
  const user = values.get("--userspec");
  return onward(start, argv, user === undefined ? {} : { user });
}

/** ld.so(8) called as a program. */
function runLoader(start: Start): Way[] {
  const { process } = start;
  const long = [
    "--library-path",
    "--preload",
    "--argv0",
    "--inhibit-rpath",
    "--audit",
    "--glibc-hwcaps-prepend",
  ];
  const { values, rest } = parseOptions(process.argv.slice(1), "", long);
  const changes: [string, string][] = [];
  const [libraries, preload] = [values.get("--library-path"), values.get("--preload")];
  if (libraries !== undefined) changes.push(["LD_LIBRARY_PATH", libraries]);
  if (preload !== undefined) changes.push(["LD_PRELOAD", preload]);
  if (rest.length === 0) return [terminal(start, "native")];
  return onward(start, rest, { env: withEnv(process.env, changes) });
}

/** `busybox APPLET ...`; an applet without a link of its own runs inside. */
function runBusybox(start: Start): Way[] {
  const argv: Process["argv"] = start.process.argv.slice(1);
  if (argv.length === 0) return [terminal(start, "native")];
  const ways = onward(start, argv);
  const isInside = ways.length === 1 && ways[0]?.unresolved?.code === "PROGRAM_NOT_FOUND";
  return isInside ? [terminal(start, "native")] : ways;
}

/** The launcher of this name, if there is one. */
export function wrapperOf(name: string): Launcher | undefined {
  if (Object.hasOwn(wrappers, name)) return wrap(wrappers[name] ?? {});
  if (/^ld-(?:linux|musl)[\w.-]*\.so(?:\.\d+)?$/.test(name) || /^ld64?\.so/.test(name)) return runLoader;
  switch (name) {
    case "env":
      return runEnv;
    case "su":
    case "runuser":
      return runAsUser;
    case "chroot":
      return runChroot;
    case "busybox":
      return runBusybox;
    default:
      return undefined;
  }
}
