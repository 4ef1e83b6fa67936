// SPDX-License-Identifier: Apache-2.0
/** The Python interpreter's command line (docs.python.org/3/using/cmdline.html), and what its servers are told to load. */
import { rootPath } from "../places.ts";
import { placeOf, stuck, type Way } from "../process.ts";
import { isKnown, UNKNOWN } from "../unknown.ts";
import { namedFile, notLiteral, terminal, type Application, type Start } from "./launcher.ts";

export function runPython(start: Start): Way[] {
  const { process, context } = start;
  const args = process.argv.slice(1);
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === UNKNOWN) continue; // options
    if (!isKnown(arg)) return [notLiteral(start, "the script")];
    if (arg === "-") break;
    if (!arg.startsWith("-")) {
      const program = namedFile(arg, process, context.files);
      return [terminal(start, "python", { program, ...application(arg, args.slice(at + 1), start) })];
    }
    const option = /^-[bBdEhiIOPqsSuvVx?]*([mcXW])?(.*)$/s.exec(arg);
    const letter = arg.startsWith("--") ? undefined : option?.[1];
    if (arg === "--check-hash-based-pycs") at++;
    if (letter === undefined) continue;
    const value = option?.[2] === "" || option?.[2] === undefined ? (args[++at] ?? "") : option[2];
    if (letter === "c") {
      const message = `python runs code from its arguments${placeOf(process)}`;
      return [{ ...terminal(start, "python"), ...stuck(process, "CODE_IN_ARGUMENT", message) }];
    }
    if (letter !== "m") continue;
    if (!isKnown(value)) return [notLiteral(start, "the module")];
    return [terminal(start, "python", { module: value, ...application(value, args.slice(at + 1), start) })];
  }
  return args.includes(UNKNOWN) ? [notLiteral(start, "the script")] : [terminal(start, "python")];
}

const SERVERS = new Set([
  "gunicorn",
  "uvicorn",
  "hypercorn",
  "daphne",
  "waitress-serve",
  "waitress",
  "granian",
]);
const OBJECT = /^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*(?:\([^)]*\))?$/;
const MODULE = /^[A-Za-z_]\w*(?:\.\w+)*$/;

/** `module:object` among a server's arguments, or the module that stands last; Celery's and Flask's `--app`. */
function application(
  program: string,
  args: readonly string[],
  start: Start,
): Pick<Application, "application"> {
  const tool = program.slice(program.lastIndexOf("/") + 1);
  const found = SERVERS.has(tool)
    ? servedObject(args)
    : tool === "celery"
      ? optionValue(args, ["-A", "--app"])
      : tool === "flask"
        ? flaskApplication(args, start)
        : undefined;
  return found === undefined || !isKnown(found) ? {} : { application: found };
}

/** What Flask is told, else the file that it looks for itself. */
function flaskApplication(args: readonly string[], { process, context }: Start): string | undefined {
  const told = optionValue(args, ["-A", "--app"]) ?? process.env.get("FLASK_APP");
  if (told !== undefined && told !== "") return told;
  const { files } = context;
  return ["wsgi.py", "app.py"].find((name) => {
    const path = rootPath(name, process.workingDir);
    return files.find(path) !== undefined || files.kindOf?.(path) === "file";
  });
}

function servedObject(args: readonly string[]): string | undefined {
  const object = args.find((arg) => OBJECT.test(arg));
  if (object !== undefined) return object;
  const last = args.at(-1) ?? "";
  return MODULE.test(last) && !(args.at(-2) ?? "").startsWith("-") ? last : undefined;
}

function optionValue(args: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (names.includes(arg)) return args[index + 1];
    const name = names.find((one) => one.startsWith("--") && arg.startsWith(`${one}=`));
    if (name !== undefined) return arg.slice(name.length + 1);
  }
  return undefined;
}
