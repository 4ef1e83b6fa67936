// SPDX-License-Identifier: Apache-2.0
/**
 * The `java` launcher: JDK Tool Specifications, "The java Command". JDK_JAVA_OPTIONS stands before its arguments; of
 * JAVA_TOOL_OPTIONS (JVM TI, "The JAVA_TOOL_OPTIONS Environment Variable") what has archives loaded is read.
 */
import { rootPath } from "../places.ts";
import { placeOf, stuck, type Way } from "../process.ts";
import { isKnown, UNKNOWN } from "../unknown.ts";
import { namedFile, notLiteral, terminal, type Application, type Start } from "./launcher.ts";

/** Entries of one class path. */
const MAX_ENTRIES = 4096;

const CLASS_PATH = new Set(["-cp", "-classpath", "--class-path"]);
const MODULE_PATH = new Set(["-p", "--module-path", "--upgrade-module-path"]);
/** Read by the virtual machine itself. */
const VM_OPTIONS = ["JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS"];
/** Options of one variable. */
const MAX_OPTIONS = 256;
const WITH_VALUE = new Set(
  (
    "--add-modules --add-opens --add-exports --add-reads --limit-modules " +
    "--patch-module --source --enable-native-access"
  ).split(" "),
);

export function runJava(start: Start): Way[] {
  const { env } = start.process;
  const args = [...optionsIn(env.get("JDK_JAVA_OPTIONS")), ...start.process.argv.slice(1)];
  let classPath = env.get("CLASSPATH");
  const modulePath: string[] = [];
  const preloads = VM_OPTIONS.flatMap((name) => optionsIn(env.get(name))).flatMap((option) =>
    preloadOf(option, start),
  );
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const [option, inline] = arg.startsWith("--") ? splitOption(arg) : [arg, undefined];
    if (CLASS_PATH.has(option)) classPath = inline ?? args[++at] ?? "";
    else if (option === "-jar") return runJar(start, args[at + 1], preloads);
    else if (option === "-m" || option === "--module")
      return runClass(start, inline ?? args[at + 1], [classPath, ...modulePath], preloads);
    else if (MODULE_PATH.has(option)) modulePath.push(inModulePath(inline ?? args[++at] ?? ""));
    else if (WITH_VALUE.has(option)) at += inline === undefined ? 1 : 0;
    else if (arg.startsWith("@")) {
      const message = `java reads further arguments from ${arg.slice(1)}${placeOf(start.process)}, which is not read`;
      return [stuck(start.process, "ARGUMENT_FILE", message)];
    } else if (arg.startsWith("-")) preloads.push(...preloadOf(arg, start));
    else if (arg === UNKNOWN)
      continue; // a word that is not known here holds options
    else if (arg !== "") return runClass(start, arg, [classPath, ...modulePath], preloads);
  }
  if (args.includes(UNKNOWN)) return [notLiteral(start, "the main class")];
  return [terminal(start, "java")];
}

function splitOption(arg: string): [string, string | undefined] {
  const equals = arg.indexOf("=");
  return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

/** Words of a variable; quotes hold words together. What is not known in it is left out. */
function optionsIn(value = ""): string[] {
  const words = value.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words
    .filter(isKnown)
    .slice(0, MAX_OPTIONS)
    .map((word) => word.replace(/["']/g, ""));
}

/** Archives that an option has loaded before the program. */
function preloadOf(option: string, { process, context }: Start): string[] {
  const [, agent, boot] = /^-(?:javaagent:([^=]+)|Xbootclasspath\/a:(.+))/s.exec(option) ?? [];
  const names = [...(agent === undefined ? [] : [agent]), ...(boot ?? "").split(":")];
  return names
    .filter((name) => name !== "" && isKnown(name))
    .slice(0, MAX_OPTIONS)
    .map((name) => namedFile(name, process, context.files));
}

/** Each entry is a module's archive or folder, or a folder of archives. */
const inModulePath = (entries: string): string =>
  entries
    .split(":")
    .filter((entry) => entry !== "")
    .flatMap((entry) => (entry.endsWith(".jar") ? [entry] : [entry, `${entry}/*`]))
    .join(":");

function runJar(start: Start, name: string | undefined, preloads: readonly string[]): Way[] {
  const { process, context } = start;
  if (name === undefined || !isKnown(name)) return [notLiteral(start, "the jar")];
  const program = namedFile(name, process, context.files);
  const way = terminal(start, "java", { program, classPath: [program], ...listed(preloads) });
  if (context.files.find(program) ?? context.files.kindOf?.(program) === "file") return [way];
  const message = `java runs ${name}${placeOf(process)}, which is not known to be in the image`;
  return [{ ...way, ...stuck(process, "PROGRAM_NOT_FOUND", message) }];
}

function runClass(
  start: Start,
  name: string | undefined,
  [classPath, ...modulePath]: readonly (string | undefined)[],
  preloads: readonly string[],
): Way[] {
  if (name === undefined || !isKnown(name)) return [notLiteral(start, "the main class")];
  const { process } = start;
  const entries = [classPath ?? (modulePath.length === 0 ? "." : ""), ...modulePath]
    .flatMap((list) => (list ?? "").split(":"))
    .filter((entry) => entry !== "" && isKnown(entry));
  const application: Application = {
    module: name,
    classPath: entries.slice(0, MAX_ENTRIES).map((entry) => rootPath(entry, process.workingDir)),
    ...listed(preloads),
  };
  return [terminal(start, "java", application)];
}

const listed = (preloads: readonly string[]): Application => (preloads.length === 0 ? {} : { preloads });
