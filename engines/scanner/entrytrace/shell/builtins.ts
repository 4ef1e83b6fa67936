// SPDX-License-Identifier: Apache-2.0
/** Built-ins that change the state of one shell and nothing else. POSIX.1-2024 2.15 and bash(1). */
import { absolute, findProgram } from "../places.ts";
import { isKnown, UNKNOWN } from "../unknown.ts";
import { testWords } from "./conditions.ts";
import type { Evaluator } from "./evaluator.ts";
import { echoed, formatted } from "./print.ts";
import { pathOf } from "./tools.ts";
import { textOf } from "./variables.ts";
import type { Status, World } from "./world.ts";

type Builtin = (args: readonly string[], world: World, evaluator: Evaluator) => Status;

const NAME = /^[A-Za-z_]\w*$/;
const succeed = (): Status => 0;
const truth = (value: boolean | undefined): Status => (value === undefined ? undefined : value ? 0 : 1);

const builtins: Readonly<Record<string, Builtin>> = {
  ":": succeed,
  true: succeed,
  false: () => 1,
  test: (args, world, evaluator) => truth(testWords(args, world, evaluator)),
  "[": (args, world, evaluator) =>
    truth(testWords(args.at(-1) === "]" ? args.slice(0, -1) : args, world, evaluator)),
  echo: (args, world) => {
    world.print(echoed(args));
    return 0;
  },
  printf: (args, world) => {
    const [flag, name = "", ...rest] = args[0] === "--" ? ["", "", ...args.slice(1)] : args;
    if (flag === "-v") world.set(name, formatted(rest));
    else world.print(formatted(flag === "" ? rest : args));
    return 0;
  },
  pwd: (_, world) => {
    world.print(`${world.workingDir}\n`);
    return 0;
  },
  cd: changeDirectory,
  pushd: changeDirectory,
  popd: (_, world) => {
    world.workingDir = `/${UNKNOWN}`;
    return 0;
  },
  set: setOptions,
  shift: ([count = "1"], world) => {
    if (!/^\d+$/.test(count)) return undefined;
    if (Number(count) > world.parameters.length) return 1;
    world.parameters = world.parameters.slice(Number(count));
    return 0;
  },
  unset: (args, world) => {
    for (const name of args) {
      if (args.includes("-f")) world.functions.delete(name);
      else world.variables.delete(name);
    }
    return 0;
  },
  read: (args, world) => {
    forget(withoutOptions(args, "adiNnptu"), world);
    return undefined;
  },
  mapfile: (args, world) => {
    forget(withoutOptions(args, "dnOsucC"), world);
    return 0;
  },
  getopts: ([, name = ""], world) => {
    forget([name, "OPTARG", "OPTIND"], world);
    const [first] = world.parameters;
    return first === undefined || (first !== "" && isKnown(first) && !first.startsWith("-")) ? 1 : undefined;
  },
  wait: (_, world) => {
    const job = world.jobs.findLast(({ isLasting }) => isLasting) ?? world.jobs.at(-1);
    if (job) world.last = { ...job, kind: "wait", note: "started in the background, then waited for" };
    return undefined;
  },
  let: () => undefined,
  jobs: succeed,
  kill: () => undefined,
  trap: succeed,
  umask: succeed,
  ulimit: succeed,
  shopt: succeed,
  alias: succeed,
  unalias: succeed,
  disown: succeed,
  enable: succeed,
  times: succeed,
  hash: (args, world, evaluator) =>
    args.every((arg) => arg.startsWith("-")) ? 0 : named(args, world, evaluator),
  type: named,
};
const SAME: Readonly<Record<string, string>> = { readarray: "mapfile" };

/** Undefined where the name is no such built-in. */
export function builtinOf(name: string): Builtin | undefined {
  const own = SAME[name] ?? name;
  return Object.hasOwn(builtins, own) ? builtins[own] : undefined;
}

/** Handled where words are run, since they end, jump or run more. */
export const CONTROL: ReadonlySet<string> = new Set(
  ". break builtin command continue declare eval exec exit export local readonly return source typeset".split(
    " ",
  ),
);

/** `command -v`: a function's or built-in's name, or where the program stands. */
export function named(args: readonly string[], world: World, { files }: Evaluator): Status {
  const [name] = args.filter((arg) => !arg.startsWith("-"));
  if (name === undefined || !isKnown(name)) {
    world.print(UNKNOWN);
    return undefined;
  }
  const isOwn = world.functions.has(name) || builtinOf(name) !== undefined || CONTROL.has(name);
  const place = isOwn ? name : findProgram(name, pathOf(world), world.workingDir, files)?.name;
  if (place === undefined) return 1;
  world.print(`${place}\n`);
  return 0;
}

function changeDirectory(args: readonly string[], world: World): Status {
  const [target = textOf(world.variables.get("HOME")?.value) || "/root"] = args.filter(
    (arg) => !/^-[LPe@]*-?$/.test(arg) || arg === "-",
  );
  const old = world.workingDir;
  const next = target === "-" ? textOf(world.variables.get("OLDPWD")?.value) : target;
  world.workingDir =
    isKnown(next) && isKnown(old)
      ? absolute(next, old)
      : isKnown(next) && next.startsWith("/")
        ? absolute(next, "/")
        : `/${UNKNOWN}`;
  world.set("OLDPWD", old);
  return 0;
}

function setOptions(args: readonly string[], world: World): Status {
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--" || arg === "-") {
      world.parameters = args.slice(at + 1);
      return 0;
    }
    if (!/^[-+][A-Za-z]/.test(arg)) break;
    const isOn = arg.startsWith("-");
    if (arg.includes("a")) world.exportsAll = isOn;
    if (arg.endsWith("o")) {
      if (args[++at] === "allexport") world.exportsAll = isOn;
    }
  }
  if (at < args.length) world.parameters = args.slice(at);
  return 0;
}

function withoutOptions(args: readonly string[], withValue: string): string[] {
  const names: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (!arg.startsWith("-")) names.push(arg);
    else if (withValue.includes(arg.charAt(arg.length - 1))) {
      if (arg.endsWith("a")) names.push(args[at + 1] ?? "");
      at++;
    }
  }
  return names;
}

function forget(names: readonly string[], world: World): void {
  for (const name of names) if (NAME.test(name)) world.set(name, UNKNOWN);
}
