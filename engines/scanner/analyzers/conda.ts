// SPDX-License-Identifier: Apache-2.0
/**
 * Packages that conda, mamba, micromamba or pixi put into a prefix, with the files they own.
 * Source: https://docs.conda.io/projects/conda/en/stable/dev-guide/api/conda/models/records/ (PrefixRecord) and
 * https://github.com/conda/schemas (prefix-record). Match specifications: conda's package specification.
 */
import { byText } from "#lib/compare.ts";
import { invalidInput, type FileAnalyzer } from "../analyzer.ts";
import type { PackageFact } from "../facts.ts";

const RECORD = /(?:^|\/)conda-meta\/[^/]+\.json$/;
/** Longer, it is no name, version, platform or licence. */
const MAX_TEXT = 300;
const MAX_URL = 2000;
/** Metapackages name some hundreds. */
const MAX_REQUIRES = 2000;
/** `CHANNEL::NAME VERSION BUILD`, `NAME>=1`, `NAME[version=1]`. */
const SPEC_NAME = /^(?:[^\s:]*::)?([A-Za-z0-9_.-]+)/;
/** Of channels known by the rest: `conda-forge`, `main`. */
const PUBLIC_CHANNEL = /^(?:https:\/\/conda\.anaconda\.org\/|(?:https:\/\/repo\.anaconda\.com\/)?pkgs\/)/;
/** No component can stand there. */
const UNOWNED = /(?:^|\/)__pycache__\/|^share\/(?:doc|man|info|locale)\//;

export const conda: FileAnalyzer = {
  id: "language/conda",
  version: 2,
  maxBytes: 64 * 1024 * 1024,
  wants: ({ path }) => path.endsWith(".json") && path.includes("conda-meta/") && RECORD.test(path),
  analyze({ file: { path }, text }) {
    const record = parsed(text(), path);
    const [name, version] = [textOf(record["name"]), textOf(record["version"])];
    if (name === undefined || version === undefined) throw invalidInput(path, "no usable name or version");
    const architecture = textOf(record["subdir"]);
    const license = textOf(record["license"]);
    const supplier = channelOf(record, architecture);
    const requires = requiresOf(record);
    const fact: PackageFact = {
      type: "conda",
      name,
      version,
      ...(architecture === undefined ? {} : { architecture }),
      ...qualifiersOf(textOf(record["build"]), supplier),
      ...(license === undefined ? {} : { licenses: [license] }),
      ...(supplier === undefined ? {} : { supplier }),
      ...(requires.length === 0 ? {} : { requires: requires.slice(0, MAX_REQUIRES) }),
    };
    const paths = ownedPaths(record, path.slice(0, path.lastIndexOf("conda-meta/")));
    const owner = { package: name, ...(architecture === undefined ? {} : { architecture }), version };
    const problems = requires.length > MAX_REQUIRES ? [`of its depends ${MAX_REQUIRES} are kept`] : [];
    return {
      packages: [fact],
      ...(paths === "" ? {} : { ownership: [{ ...owner, paths }] }),
      ...(problems.length === 0 ? {} : { problems }),
    };
  },
};

type CondaRecord = Readonly<Record<string, unknown>>;

function parsed(text: string, path: string): CondaRecord {
  try {
    return (JSON.parse(text) ?? {}) as CondaRecord; // of a number or text each field is undefined
  } catch (cause) {
    throw invalidInput(path, "not JSON", cause);
  }
}

function textOf(value: unknown, longest = MAX_TEXT): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" || text.length > longest ? undefined : text;
}

/** Name or URL, without what only this prefix needs: platform, password, token. */
function channelOf(record: CondaRecord, subdir: string | undefined): string | undefined {
  const channel = textOf(record["channel"], MAX_URL)?.replace(/\/+$/, "");
  const bare =
    subdir !== undefined && channel?.endsWith(`/${subdir}`) ? channel.slice(0, -subdir.length - 1) : channel;
  return textOf(bare?.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1").replace(/\/t\/[^/]+(?=\/|$)/, ""));
}

/** As purls of conda packages have them (purl-spec, type conda). */
function qualifiersOf(
  build: string | undefined,
  supplier: string | undefined,
): Pick<PackageFact, "qualifiers"> {
  const channel = supplier?.replace(PUBLIC_CHANNEL, "");
  const qualifiers = {
    ...(build === undefined ? {} : { build }),
    ...(channel === undefined ? {} : { channel }),
  };
  return Object.keys(qualifiers).length === 0 ? {} : { qualifiers };
}

/** Names in `depends`, sorted; virtual packages (`__glibc`) are properties of the host. */
function requiresOf({ depends }: CondaRecord): string[] {
  const names = (Array.isArray(depends) ? (depends as readonly unknown[]) : []).map(
    (spec) => SPEC_NAME.exec(textOf(spec, MAX_URL) ?? "")?.[1]?.toLowerCase() ?? "",
  );
  return [...new Set(names)].filter((name) => name !== "" && !name.startsWith("__")).sort(byText);
}

function ownedPaths({ files }: CondaRecord, prefix: string): string {
  const kept: string[] = [];
  for (const file of Array.isArray(files) ? (files as readonly unknown[]) : []) {
    if (typeof file !== "string" || file === "" || file.startsWith("/")) continue;
    if (file.includes("\n") || file.includes("../") || UNOWNED.test(file)) continue;
    kept.push(prefix + file);
  }
  return kept.join("\n");
}
