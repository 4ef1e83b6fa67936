// SPDX-License-Identifier: Apache-2.0
/**
 * Scripts that something can start or source: their `#!` words, and the text where a trace can read it.
 * Source: execve(2), "Interpreter scripts"
 */
import type { FileStream, LayerFile, StreamAnalyzer } from "../analyzer.ts";
import type { ScriptFact } from "../facts.ts";
import { baseName } from "../layer/paths.ts";

/** A longer text is data or generated; its interpreter is kept nevertheless. */
const MAX_TEXT_BYTES = 64 * 1024;
/** Linux reads 256 bytes of the first line. */
const MAX_FIRST_LINE = 256;
const ANY_EXECUTE = 0o111;

const SUFFIX = /\.(?:sh|bash|env|envsh)$/;
/** Places that shells source from or that entry points live in, whatever the file's name. */
const PLACES = ["etc/default/", "etc/profile.d/", "etc/s6-overlay/", "opt/bitnami/scripts/"];
const FILES = new Set(["etc/profile", "etc/apache2/envvars"]);
const MAINTAINER_SCRIPTS = "var/lib/dpkg/info/";
const SHELLS = new Set(["sh", "bash", "dash", "ash", "ksh", "busybox"]);
const READABLE = /^(?:python[\d.]*|node|nodejs|ruby[\d.]*)$/;

export const script: StreamAnalyzer = {
  id: "entry/script",
  version: 1,
  wants: (file) =>
    (file.mode & ANY_EXECUTE) === 0 ? isNamedScript(file) : !file.path.startsWith(MAINTAINER_SCRIPTS),
  open: (file) => new ScriptStream(isNamedScript(file)),
};

/** Whether name or place says that it is a script, `#!` or not. */
function isNamedScript({ path, size }: LayerFile): boolean {
  if (size > MAX_TEXT_BYTES && size !== Number.MAX_SAFE_INTEGER) return false;
  if (/[hv]$/.test(path) && SUFFIX.test(path)) return true;
  if (path.startsWith("etc/") || path.startsWith("opt/bitnami/")) {
    if (FILES.has(path) || PLACES.some((place) => path.startsWith(place))) return true;
  }
  const at = path.indexOf("docker-entrypoint");
  return at >= 0 && (at === 0 || path[at - 1] === "/") && !baseName(path).includes(".");
}

class ScriptStream implements FileStream {
  readonly #isNamed: boolean;
  #pieces: Buffer[] = [];
  #length = 0;
  #isCut = false;

  constructor(isNamed: boolean) {
    this.#isNamed = isNamed;
  }

  data(bytes: Buffer): boolean {
    if (!this.#isNamed && this.#length < 2 && !couldBeScript(this.#pieces, bytes)) return this.#drop();
    const room = MAX_TEXT_BYTES - this.#length;
    const kept = bytes.subarray(0, room);
    if (kept.includes(0)) return this.#drop(); // no text
    this.#isCut ||= bytes.length > room;
    this.#pieces.push(Buffer.from(kept));
    this.#length += kept.length;
    return !this.#isCut;
  }

  end(): { script: ScriptFact } | undefined {
    if (this.#length === 0) return undefined;
    const text = Buffer.concat(this.#pieces).toString("utf8");
    const interpreter = interpreterOf(text);
    const isText = interpreter.length === 0 ? this.#isNamed : isReadable(interpreter);
    if (interpreter.length === 0 && (!this.#isNamed || this.#isCut)) return undefined;
    return { script: { interpreter, ...(isText && !this.#isCut ? { text } : {}) } };
  }

  #drop(): false {
    this.#pieces = [];
    this.#length = 0;
    return false;
  }
}

function couldBeScript(before: readonly Buffer[], bytes: Buffer): boolean {
  const head = Buffer.concat([...before, bytes.subarray(0, 2)]);
  return (head[0] ?? 0x23) === 0x23 && (head[1] ?? 0x21) === 0x21;
}

/** Words of the `#!` line; none where there is no such line. */
function interpreterOf(text: string): string[] {
  if (!text.startsWith("#!")) return [];
  const end = text.indexOf("\n");
  const line = text.slice(2, Math.min(end < 0 ? text.length : end, MAX_FIRST_LINE));
  return line.split(/[ \t\r]+/).filter((word) => word !== "");
}

/** Whether a trace reads scripts of this interpreter; of `env`, the program that it looks for counts. */
function isReadable(interpreter: readonly string[]): boolean {
  for (const word of interpreter) {
    const name = baseName(word);
    if (name === "env" || name === "with-contenv" || word.startsWith("-") || word.includes("=")) continue;
    return SHELLS.has(name) || READABLE.test(name);
  }
  return false;
}
