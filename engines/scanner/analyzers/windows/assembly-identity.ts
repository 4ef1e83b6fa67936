// SPDX-License-Identifier: Apache-2.0
/**
 * Identity at the head of a Windows assembly manifest (.manifest) or update package (.mum).
 * Source: https://learn.microsoft.com/windows/win32/sbscs/manifest-file-schema
 */

export interface AssemblyIdentity {
  readonly name: string;
  readonly version: string;
  readonly processorArchitecture?: string;
  readonly language?: string;
  /** `company` of the root element. */
  readonly company?: string;
  /** `identifier` of the update: `KB5005112`. */
  readonly update?: string;
}

/** Elements after which only other assemblies' identities stand. */
const OTHER_IDENTITIES: ReadonlySet<string> = new Set(["dependency", "dependentAssembly", "package", "file"]);
/** An identity stands before everything else; comments and declarations are short. */
const HEAD_BYTES = 64 * 1024;
const MAX_TEXT = 300;
const ATTRIBUTE = /\s([A-Za-z:]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;
const ENTITY = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));/g;
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Of the root element's own `assemblyIdentity`, which comes first; undefined where it names no name or version. */
export function assemblyIdentity(bytes: Buffer): AssemblyIdentity | undefined {
  const head = headOf(bytes);
  const identity = attributesOf(head, "assemblyIdentity", OTHER_IDENTITIES);
  const [name, version] = [identity?.get("name"), identity?.get("version")];
  if (!name || !version) return undefined;
  const [processorArchitecture, language] = [
    identity?.get("processorArchitecture"),
    identity?.get("language"),
  ];
  const company = attributesOf(head, "assembly")?.get("company");
  const update = attributesOf(head, "package")?.get("identifier");
  return {
    name,
    version,
    ...(processorArchitecture ? { processorArchitecture } : {}),
    ...(language ? { language } : {}),
    ...(company ? { company } : {}),
    ...(update ? { update } : {}),
  };
}

/** The beginning as text, without comments. */
function headOf(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const text = bytes.toString(isUtf16 ? "utf16le" : "utf8", 0, HEAD_BYTES);
  let head = "";
  for (let at = 0; at < text.length;) {
    const open = text.indexOf("<!--", at);
    head += text.slice(at, open < 0 ? text.length : open);
    const close = open < 0 ? -1 : text.indexOf("-->", open);
    at = close < 0 ? text.length : close + 3;
  }
  return head;
}

/** Of the first element of that name, with or without a prefix; undefined where one of `before` comes first. */
function attributesOf(
  head: string,
  element: string,
  before: ReadonlySet<string> = new Set(),
): Map<string, string> | undefined {
  for (let at = head.indexOf("<"); at >= 0; at = head.indexOf("<", at + 1)) {
    const name = /^(?:[A-Za-z0-9]+:)?([A-Za-z0-9]+)(?=[\s/>])/.exec(head.slice(at + 1, at + 60))?.[1] ?? "";
    if (before.has(name)) return undefined;
    if (name !== element) continue;
    const close = head.indexOf(">", at);
    if (close < 0) return undefined;
    const attributes = new Map<string, string>();
    for (const [, key = "", double, single] of head.slice(at, close).matchAll(ATTRIBUTE)) {
      const value = decoded(double ?? single ?? "").trim();
      if (value.length <= MAX_TEXT && !attributes.has(key)) attributes.set(key, value);
    }
    return attributes;
  }
  return undefined;
}

function decoded(text: string): string {
  return text.replaceAll(ENTITY, (_, named?: string, decimal?: string, hex?: string) => {
    if (named !== undefined) return NAMED[named] ?? "";
    const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number.parseInt(decimal, 10);
    return point > 0x10ffff ? "\ufffd" : String.fromCodePoint(point);
  });
}
