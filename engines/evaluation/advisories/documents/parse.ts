// SPDX-License-Identifier: Apache-2.0
/** Bytes of a leaf document to its value. What does not parse is refused with its position. */
import { YAMLParseError } from "yaml";
import { composeYaml } from "../../compose-yaml.ts";
import { documentInvalid } from "../errors.ts";
import type { FeedLimits } from "../limits.ts";
import type { ParsedDocument } from "../types.ts";
import type { DocumentForm } from "./expand.ts";

/** YAML of feeds is small (the largest that we know has 40 KB); its parser takes seconds and 700 MB for a megabyte that is made to hurt. */
const MAX_YAML_BYTES = 1024 * 1024;

/** YAML scalars stay texts, since `1.10` is a version and no number. @throws FEED_DOCUMENT_INVALID */
export function parseDocument(
  name: string,
  form: DocumentForm,
  bytes: Uint8Array,
  limits: Pick<FeedLimits, "maxDepth">,
): ParsedDocument {
  const text = decode(name, bytes);
  if (form === "csv" || form === "xml" || form === "text") return { name, value: text };
  if (form === "yaml") return { name, value: yaml(name, text, limits.maxDepth) };
  checkDepth(name, bytes, limits.maxDepth);
  return { name, value: json(name, text) };
}

function decode(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw documentInvalid({ document: name, path: "$", reason: "it is not UTF-8" }, cause);
  }
}

function json(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const position = /at position (\d+)/.exec(message)?.[1];
    const reason = `it is no JSON: ${message.replace(/ in JSON at position .*$/s, "").slice(0, 200)}`;
    throw documentInvalid(
      { document: name, path: "$", reason, position: `offset ${position ?? text.length}` },
      cause,
    );
  }
}

function yaml(name: string, text: string, maxDepth: number): unknown {
  if (text.length > MAX_YAML_BYTES) {
    throw documentInvalid({
      document: name,
      path: "$",
      reason: `it is YAML of over ${MAX_YAML_BYTES} bytes`,
    });
  }
  try {
    const composed = composeYaml(text, { schema: "failsafe", maxDepth });
    if (composed?.errors[0] !== undefined) throw composed.errors[0];
    return composed?.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (cause) {
    if (cause instanceof YAMLParseError) {
      const fault = { document: name, path: "$", reason: `it is ${wordsOf(cause)}` };
      throw documentInvalid({ ...fault, position: `offset ${cause.pos[0]}` }, cause);
    }
    throw documentInvalid({ document: name, path: "$", reason: "it is no YAML that can be read" }, cause);
  }
}

function wordsOf({ code, message }: YAMLParseError): string {
  if (code === "MULTIPLE_DOCS") return "YAML of several documents";
  return message.startsWith("nested") ? message : `no YAML: ${message.slice(0, 200)}`;
}

function checkDepth(name: string, bytes: Uint8Array, maxDepth: number): void {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0;
    if (inText) {
      if (byte === 92) i += 1;
      else if (byte === 34) inText = false;
    } else if (byte === 34) {
      inText = true;
    } else if (byte === 91 || byte === 123) {
      depth += 1;
      if (depth > maxDepth) {
        const fault = { document: name, path: "$", reason: `it is nested deeper than ${maxDepth}` };
        throw documentInvalid({ ...fault, position: `offset ${i}` });
      }
    } else if (byte === 93 || byte === 125) {
      depth -= 1;
    }
  }
}
