// SPDX-License-Identifier: Apache-2.0
/** Programs whose answer follows from their arguments and the image alone, and those known to end by themselves. */
import { absolute, DEFAULT_PATH, fileAt, findProgram } from "../places.ts";
import { isKnown, UNKNOWN } from "../unknown.ts";
import type { Evaluator } from "./evaluator.ts";
import { textOf, userId } from "./variables.ts";
import type { Status, World } from "./world.ts";

export interface ToolAnswer {
  readonly status: Status;
  readonly output: string;
}

type Tool = (args: readonly string[], world: World, evaluator: Evaluator) => ToolAnswer | undefined;

const line = (text: string): ToolAnswer => ({ status: 0, output: `${text}\n` });

const tools: Readonly<Record<string, Tool>> = {
  id: (args, { user }) => {
    const flags = args.filter((arg) => arg.startsWith("-")).join("");
    if (args.some((arg) => !arg.startsWith("-"))) return undefined;
    if (/^-u$/.test(flags)) return line(userId(user));
    return /^-(?:un|nu|u-n|n-u)$/.test(flags) ? line(userName(user)) : undefined;
  },
  whoami: (_, { user }) => line(userName(user)),
  uname: ([flag = "-s"]) =>
    flag === "-s" || flag === "-o" ? line(flag === "-s" ? "Linux" : "GNU/Linux") : undefined,
  basename: ([name, suffix = ""]) => {
    if (name === undefined || name.startsWith("-") || !isKnown(name)) return undefined;
    const base = name.replace(/\/+$/, "").replace(/^.*\//s, "");
    return line(
      suffix !== "" && suffix !== base && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base,
    );
  },
  dirname: (args) => {
    const [name] = args.filter((arg) => arg !== "--");
    if (name === undefined || name.startsWith("-")) return undefined;
    const bare = name.replace(/\/+$/, "");
    const slash = bare.lastIndexOf("/");
    return line(slash < 0 ? "." : slash === 0 ? "/" : bare.slice(0, slash));
  },
  readlink: (args, world, evaluator) =>
    /^-[fem]/.test(args[0] ?? "") ? truePath(args, world, evaluator) : undefined,
  realpath: (args, world, evaluator) => truePath(args, world, evaluator),
  which: (args, world, { files }) => {
    const [name] = args.filter((arg) => !arg.startsWith("-"));
    if (name === undefined || !isKnown(name)) return undefined;
    const found = findProgram(name, pathOf(world), world.workingDir, files);
    return found ? line(found.name) : { status: 1, output: "" };
  },
  ls: (args, world, { files }) => {
    const [flags, name] = args.filter((arg) => arg !== "--");
    if (flags === undefined || name === undefined || !/^-(?:ld|dl)$/.test(flags)) return undefined;
    const file = fileAt(name, world.workingDir, files);
    if (!file || absolute(name, world.workingDir) === `/${file.path}`) return undefined;
    return line(`l ${name} -> /${file.path}`); // scripts take what stands after the arrow
  },
  expr: ([text = "", colon, pattern]) => {
    if (colon !== ":" || !isKnown(text)) return undefined;
    if (pattern === ".*-> \\(.*\\)$") {
      const arrow = text.lastIndexOf("-> ");
      return arrow < 0 ? { status: 1, output: "\n" } : line(text.slice(arrow + 3));
    }
    if (pattern === "/.*")
      return text.startsWith("/") ? line(String(text.length)) : { status: 1, output: "0\n" };
    return undefined;
  },
};

function userName(user: string): string {
  const name = user.split(":")[0] ?? "";
  if (name === "" || name === "0") return "root";
  return /^\d+$/.test(name) ? UNKNOWN : name;
}

/** Links of files that are known are followed; a folder's name stays. */
function truePath(args: readonly string[], world: World, { files }: Evaluator): ToolAnswer | undefined {
  const name = args.find((arg) => !arg.startsWith("-"));
  if (name === undefined || !isKnown(name) || !isKnown(world.workingDir)) return undefined;
  const file = fileAt(name, world.workingDir, files);
  return line(file ? `/${file.path}` : absolute(name, world.workingDir));
}

export const pathOf = (world: World): string => textOf(world.variables.get("PATH")?.value) || DEFAULT_PATH;

/** What the tool prints and whether it succeeds; undefined where that takes more than the image. */
export function answerOf(
  words: readonly string[],
  world: World,
  evaluator: Evaluator,
): ToolAnswer | undefined {
  const [command = "", ...args] = words;
  const name = command.slice(command.lastIndexOf("/") + 1);
  return Object.hasOwn(tools, name) ? tools[name]?.(args, world, evaluator) : undefined;
}

/** Tools of coreutils, their neighbours and busybox that do something and end; `tail` and `sleep` only pass time. */
const PASSING = new Set(
  (
    "[ addgroup adduser apk apt-get awk base64 basename cat chgrp chmod chown chpasswd cksum clear cmp comm cp curl cut " +
    "date dd df diff dirname dpkg du echo egrep envsubst expr false fgrep file find free getent getopt gettext grep " +
    "groupadd groupmod gunzip gzip head hostname id install ip jq kill killall less ln locale ls md5sum mkdir mkfifo " +
    "mknod mktemp mount mountpoint mv nc nproc nslookup openssl paste pgrep pidof ping pkill printenv printf ps pwd " +
    "readlink realpath rev rm rmdir run-parts sed seq sha1sum sha256sum shuf sleep sort split ssh-keygen stat stty " +
    "sync sysctl tail tar tee test touch tput tr true truncate tty umount uname uniq unlink unzip update-ca-certificates " +
    "uptime useradd usermod wc wget which who whoami xargs yq zcat"
  ).split(" "),
);

export function isPassing(command: string): boolean {
  return PASSING.has(command.slice(command.lastIndexOf("/") + 1));
}
