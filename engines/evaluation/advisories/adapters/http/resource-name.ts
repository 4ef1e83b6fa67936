// SPDX-License-Identifier: Apache-2.0
/**
 * What a resource of the web is called as a document: host and path, and an ending that says what it is. The same URL
 * has the same name each time, as long as its server says the same of it.
 */
import { createHash } from "node:crypto";
import { hasForm } from "../../documents/expand.ts";

type Headers = Readonly<Record<string, string>>;

/** Media types that leave no doubt. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ["application/json", ".json"],
  ["application/geo+json", ".json"],
  ["application/x-ndjson", ".jsonl"],
  ["application/jsonl", ".jsonl"],
  ["application/yaml", ".yaml"],
  ["application/x-yaml", ".yaml"],
  ["text/yaml", ".yaml"],
  ["text/csv", ".csv"],
  ["application/zip", ".zip"],
  ["application/x-tar", ".tar"],
  ["application/xml", ".xml"],
  ["text/xml", ".xml"],
]);

/** Host and path, `osv.example/npm`; a query does not count. */
export const folderName = (url: URL): string => `${url.host}${decoded(url.pathname)}`.replace(/\/+$/, "");

/** Undefined where neither URL nor answer says what kind of file it is. */
export function documentName(url: URL, headers: Headers): string | undefined {
  const whole = folderName(url);
  const slash = whole.lastIndexOf("/");
  const [folder, last] = slash < 0 ? [whole, ""] : [whole.slice(0, slash), whole.slice(slash + 1)];
  const file = [last, offeredName(headers), last + endingOf(headers)].find((name) => hasForm(name));
  return file === undefined ? undefined : [folder, ...queryMark(url), file].join("/");
}

/** Two queries are two documents; what they say may be secret. */
function queryMark({ search }: URL): readonly string[] {
  return search === "" ? [] : [`query-${createHash("sha256").update(search).digest("hex").slice(0, 8)}`];
}

/** `attachment; filename=vexhub-main.tar.gz`, RFC 6266; without any path. */
function offeredName(headers: Headers): string {
  const [, quoted, bare = ""] =
    /;\s*filename="?(?:(?<=")([^"\\]{1,200})"|([^\s";]{1,200}))/i.exec(
      headers["content-disposition"] ?? "",
    ) ?? [];
  return (quoted ?? bare).split(/[/\\]/).at(-1) ?? "";
}

function endingOf(headers: Headers): string {
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  return ENDINGS.get(type) ?? (type.endsWith("+json") ? ".json" : "");
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
