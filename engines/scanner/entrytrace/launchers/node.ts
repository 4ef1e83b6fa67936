// SPDX-License-Identifier: Apache-2.0
/** Node.js and its package runners: https://nodejs.org/api/cli.html, npm-run-script(1), `yarn run`, `pnpm run`. */
import { absolute, rootPath } from "../places.ts";
import { placeOf, shownWords, stuck, withEnv, type Process, type Way } from "../process.ts";
import type { ManifestFact } from "../../facts.ts";
import type { EntryFile, RootFiles } from "../types.ts";
import { isKnown } from "../unknown.ts";
import { namedFile, notLiteral, onward, parseOptions, terminal, type Start } from "./launcher.ts";

const WITH_VALUE = (
  "--require --import --loader --experimental-loader --env-file --env-file-if-exists --conditions --input-type " +
  "--icu-data-dir --inspect-port --title --trace-event-categories --diagnostic-dir --openssl-config --watch-path " +
  "--eval --print --run --dns-result-order --disable-warning --unhandled-rejections --stack-trace-limit"
).split(" ");

const PRELOADING = new Set(["-r", "--require", "--import", "--loader", "--experimental-loader"]);
/** Words of NODE_OPTIONS. */
const MAX_OPTIONS = 256;

export function runNode(start: Start): Way[] {
  const { process, context } = start;
  const { all, values, rest } = parseOptions(process.argv.slice(1), "rCe", WITH_VALUE);
  const script = values.get("--run");
  if (script !== undefined) return runScript(start, script, rest, process.workingDir);
  if (["-e", "-p", "--eval", "--print"].some((option) => values.has(option)))
    return [
      {
        ...terminal(start, "node"),
        ...stuck(process, "CODE_IN_ARGUMENT", `node runs code from its arguments${placeOf(process)}`),
      },
    ];
  const [name] = rest;
  const preloads = [...optionsIn(process.env.get("NODE_OPTIONS")), ...all]
    .filter(([option, value]) => PRELOADING.has(option) && isKnown(value))
    .map(([, value]) => value);
  const loaded = preloads.length === 0 ? {} : { preloads };
  if (name === undefined || name === "-") return [terminal(start, "node", loaded)];
  if (!isKnown(name)) return [notLiteral(start, "the script")];
  return [terminal(start, "node", { program: moduleFile(name, process, context.files), ...loaded })];
}

/** NODE_OPTIONS stands before the command line's own; double quotes hold words together. */
function optionsIn(value = ""): readonly (readonly [string, string])[] {
  const words = value.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
  const bare = words.slice(0, MAX_OPTIONS).map((word) => word.replace(/"/g, ""));
  return parseOptions(bare, "rCe", WITH_VALUE).all;
}

/** `node .` and `node dir`: the folder's manifest says what to run. */
function moduleFile(name: string, process: Process, files: RootFiles): string {
  const path = rootPath(name, process.workingDir);
  if (files.find(path) || /\.[cm]?[jt]s$/.test(path)) return namedFile(name, process, files);
  const manifest = files.find(join(path, "package.json"))?.manifest;
  if (manifest) return rootPath(manifest.main ?? "index.js", `/${path}`);
  const candidates = [`${path}.js`, join(path, "index.js")];
  return (
    candidates.find((candidate) => files.find(candidate) ?? files.kindOf?.(candidate) === "file") ?? path
  );
}

const join = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`);

const NPM_VALUES = [
  "--prefix",
  "--workspace",
  "--loglevel",
  "--filter",
  "--dir",
  "--cwd",
  "--userconfig",
  "--cache",
];
const NPM_RUN = new Set(["run", "run-script", "rum", "urn"]);
const NPM_OWN = new Set(["start", "test", "stop", "restart"]);

export function runNpm(start: Start): Way[] {
  const { process } = start;
  const { values, rest } = parseOptions(process.argv.slice(1), "Cw", NPM_VALUES);
  const folder =
    values.get("--prefix") ?? values.get("-C") ?? values.get("--dir") ?? values.get("--cwd") ?? ".";
  const workingDir = absolute(folder, process.workingDir);
  const [command = "", ...args] = rest;
  if (!isKnown(command)) return [notLiteral(start, "the script")];
  if (NPM_RUN.has(command)) {
    const behind = parseOptions(args, "Cw", NPM_VALUES);
    const [script, ...more] = behind.rest;
    const own = behind.values.get("--prefix");
    const at = own === undefined ? workingDir : absolute(own, process.workingDir);
    return script === undefined ? [terminal(start, "node")] : runScript(start, script, more, at);
  }
  if (NPM_OWN.has(command)) return runScript(start, command, args, workingDir);
  if (command === "exec" || command === "x") return runBin(start, args, workingDir);
  if (start.name === "npm" || command === "")
    return [terminal(start, "node", { program: start.found.file.path })];
  return hasScript(command, workingDir, start) // yarn and pnpm leave out `run`
    ? runScript(start, command, args, workingDir)
    : runBin(start, rest, workingDir);
}

export function runNpx(start: Start): Way[] {
  return runBin(start, start.process.argv.slice(1), start.process.workingDir);
}

/** A program of the nearest node_modules/.bin. */
function runBin(start: Start, args: readonly string[], workingDir: string): Way[] {
  const { rest } = parseOptions(args, "pc", ["--package", "--call"]);
  const words = rest[0] === "--" ? rest.slice(1) : rest;
  if (words.length === 0) return [terminal(start, "node", { program: start.found.file.path })];
  return onward(start, words, { workingDir, env: withBins(start.process, workingDir) });
}

interface FoundManifest {
  readonly folder: string;
  readonly file: EntryFile;
  readonly manifest: ManifestFact;
}

/** In the folder or the nearest one above it. */
function nearestManifest(workingDir: string, files: RootFiles): FoundManifest | undefined {
  for (let folder = workingDir; isKnown(folder); folder = absolute("..", folder)) {
    const file = files.find(rootPath("package.json", folder));
    if (file?.manifest) return { folder, file, manifest: file.manifest };
    if (folder === "/") return undefined;
  }
  return undefined;
}

function hasScript(name: string, workingDir: string, { context }: Start): boolean {
  const found = nearestManifest(workingDir, context.files);
  return found !== undefined && Object.hasOwn(found.manifest.scripts, name);
}

function withBins({ env }: Process, workingDir: string): Map<string, string> {
  const folders = [];
  for (let folder = workingDir; isKnown(folder); folder = absolute("..", folder)) {
    folders.push(absolute("node_modules/.bin", folder));
    if (folder === "/" || folders.length > 32) break;
  }
  return withEnv(env, [["PATH", [...folders, env.get("PATH") ?? ""].join(":")]]);
}

/** The script's text is a shell command in the manifest's folder. */
function runScript(start: Start, name: string, args: readonly string[], workingDir: string): Way[] {
  const { process, context, follow } = start;
  if (!isKnown(name)) return [notLiteral(start, "the script")];
  const found = nearestManifest(workingDir, context.files);
  const text = found && scriptText(name, found.manifest);
  if (!found || text === undefined) {
    const where = found ? found.file.path : `any package.json from ${workingDir} upward`;
    return [stuck(process, "NPM_SCRIPT_NOT_FOUND", `no script "${name}" in ${where}`)];
  }
  const argv = ["/bin/sh", "-c", `${text} "$@"`, "sh", ...(args[0] === "--" ? args.slice(1) : args)];
  const step = {
    kind: "npm-script",
    path: found.file.path,
    argv: shownWords([text, ...argv.slice(4)]),
    note: name,
  } as const;
  const { scriptPath, ...rest } = process;
  return follow({
    ...rest,
    argv,
    workingDir: found.folder,
    env: withBins(process, found.folder),
    from: { path: found.file.path, line: 0 },
    steps: [...process.steps, step],
  });
}

function scriptText(name: string, { scripts }: ManifestFact): string | undefined {
  if (Object.hasOwn(scripts, name)) return scripts[name];
  return name === "start" ? "node server.js" : undefined;
}
