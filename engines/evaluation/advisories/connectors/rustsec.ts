// SPDX-License-Identifier: Apache-2.0
/**
 * RustSec's advisories, Markdown that opens with a block of TOML; https://github.com/RustSec/advisory-db, "Advisory Format".
 * Versions that are neither patched nor unaffected have the flaw.
 *
 * `unmaintained` and `notice` say nothing about a flaw, and cargo-audit only warns of them: passed over. `unsound` is kept,
 * since safe code can break memory through such a crate. Those about Rust itself (`rust/`: std, cargo, rustdoc) are passed
 * over too: a program doesn't say which it was built with.
 */
import { parse as parseToml, TomlError } from "smol-toml";
import { z } from "zod";
import type { Advisory } from "../../types.ts";
import { cvssVersion } from "#lib/cvss/index.ts";
import { documentInvalid } from "../errors.ts";
import { chooseSeverity } from "../severity-words.ts";
import type { Connector, ParsedDocument } from "../types.ts";
import { aliasesOf, present, referencesOf, summaryOf, timeOf } from "./fields.ts";
import { complement } from "./intervals.ts";
import { rangesOf, readAll } from "./requirements.ts";
import { cargoNotation } from "./semver-notation.ts";
import { idText, jsonPath, list, nameText, readShape, timeText } from "./shape.ts";

const requirements = list(z.string().max(2000), 200);

const recordShape = z.object({
  advisory: z.object({
    id: idText,
    package: nameText,
    collection: z.string().max(64).optional(),
    date: timeText.optional(),
    url: z.string().max(4096).optional(),
    references: list(z.string().max(4096), 1000),
    categories: list(z.string().max(64), 100),
    aliases: list(idText, 1000),
    cvss: z.string().max(256).optional(),
    informational: z.string().max(64).optional(),
    withdrawn: timeText.optional(),
  }),
  versions: z.object({ patched: requirements, unaffected: requirements }).optional(),
});

type Entry = z.output<typeof recordShape>;

const OPENING = /^```toml\r?\n/;
const CLOSING = /^```[ \t]*\r?$/m;
const WITHOUT_FLAW = new Set(["unmaintained", "notice"]);
/** TOML of advisories is small; its parser should not be fed megabytes by a stranger. */
const MAX_TOML = 256 * 1024;

export const rustsec: Connector = {
  id: "rustsec",
  recognizes: ({ value }) => typeof value === "string" && OPENING.test(value.slice(0, 16)),
  normalize(document, reject) {
    const { toml, markdown } = parts(document);
    const record = readShape(recordShape, { name: document.name, value: parsed(document.name, toml) });
    const { advisory } = record;
    if (WITHOUT_FLAW.has(advisory.informational ?? "") || isAboutRust(document.name, advisory))
      return { skipped: 1 };
    const good = goodVersions(record, reject);
    if (good === undefined) return {};
    const ranges = rangesOf(cargoNotation, complement(cargoNotation.order, good.all), good.all);
    if (ranges.length === 0) return { skipped: 1 };
    return { advisories: [readAdvisory(record, titleOf(markdown), ranges)] };
  },
};

function readAdvisory(
  { advisory, versions }: Entry,
  title: string | undefined,
  ranges: Advisory["affected"][number]["ranges"],
): Advisory {
  const cvss = advisory.cvss
    ? [{ version: cvssVersion(advisory.cvss), vector: advisory.cvss, source: "RUSTSEC" }]
    : [];
  const isMalware = advisory.categories.includes("malicious") && (versions?.patched.length ?? 0) === 0;
  return {
    id: advisory.id,
    aliases: aliasesOf(advisory.id, advisory.aliases),
    source: "rustsec",
    ...(isMalware ? { malware: true } : {}),
    ...present("summary", summaryOf(title)),
    severity: chooseSeverity(cvss, undefined),
    cvss,
    ...present("withdrawn", timeOf(advisory.withdrawn) ?? advisory.withdrawn),
    ...present("published", timeOf(advisory.date)),
    references: referencesOf([advisory.url, ...advisory.references]),
    affected: [{ ecosystem: "cargo", name: advisory.package, ranges }],
  };
}

/** Patched and unaffected versions; undefined when a requirement can't be read. */
function goodVersions({ versions }: Entry, reject: (path: string, reason: string) => void) {
  const read = (key: "patched" | "unaffected") =>
    readAll(cargoNotation, versions?.[key] ?? [], (index, reason) =>
      reject(jsonPath(["versions", key, index]), reason),
    );
  const [patched, unaffected] = [read("patched"), read("unaffected")];
  return patched === undefined || unaffected === undefined ? undefined : { all: [...patched, ...unaffected] };
}

function isAboutRust(name: string, { collection }: Entry["advisory"]): boolean {
  return collection === undefined ? /(?:^|\/)rust\/[^/]+\/[^/]+$/.test(name) : collection === "rust";
}

function parts({ name, value }: ParsedDocument): { toml: string; markdown: string } {
  const text = typeof value === "string" ? value : "";
  const opening = OPENING.exec(text.slice(0, 16))?.[0].length;
  if (opening === undefined)
    throw documentInvalid({ document: name, path: "$", reason: "it does not open with a block of TOML" });
  const body = text.slice(opening);
  const closing = CLOSING.exec(body);
  if (closing === null) throw documentInvalid({ document: name, path: "$", reason: "its TOML has no end" });
  return { toml: body.slice(0, closing.index), markdown: body.slice(closing.index + closing[0].length) };
}

function parsed(name: string, toml: string): unknown {
  if (toml.length > MAX_TOML)
    throw documentInvalid({ document: name, path: "$", reason: `its TOML is over ${MAX_TOML} characters` });
  try {
    return parseToml(toml);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const reason = `it is no TOML: ${(cause.message.split("\n")[0] ?? "").slice(0, 200)}`;
    throw documentInvalid({ document: name, path: "$", reason, position: `line ${cause.line + 1}` }, cause);
  }
}

/** The first heading. */
function titleOf(markdown: string): string | undefined {
  return /^# +(\S.*)$/m.exec(markdown.slice(0, 20_000))?.[1];
}
