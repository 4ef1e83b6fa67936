// SPDX-License-Identifier: Apache-2.0
/**
 * Name and version as an archive's file name gives them: ARTIFACT-VERSION[-CLASSIFIER].EXTENSION.
 * Source: Maven repository layout, https://maven.apache.org/repositories/layout.html
 */

export interface NameVersion {
  readonly name: string;
  readonly version: string;
}

const MAX_STEM = 300;
/** More places where a version could begin are not tried. */
const MAX_PLACES = 20;
const VERSION = /^\d[\w.+~-]*$/;
/** `3.x` is a range, not a version. */
const RANGE = /(?:^|[.-])x(?:[.-]|$)/i;
/** Words inside a version, before another number. */
const QUALIFIER =
  /^(?:alpha|beta|rc|cr|m|milestone|b|build|pre|preview|dev|ea|sp|ga|final|release|snapshot|jre|android|r|rev|v|incubating|p|patch|hotfix|redhat|jbossorg|atlassian|cdh|hal)\d*$/i;
/** What Maven calls a classifier; it names another file of the same version. */
const CLASSIFIER =
  /-(?:sources|javadoc|tests|test-sources|shaded|all|uber|fat|exec|jar-with-dependencies|no_?aop|nodep|(?:linux|windows|win32|osx|macos|darwin)[\w-]*)$/i;

/** The last segment of a path, without its extension. */
export function stemOf(path: string): string {
  const file = path.slice(path.lastIndexOf("/") + 1);
  const dot = file.lastIndexOf(".");
  return dot > 0 ? file.slice(0, dot) : file;
}

/**
 * Undefined where no version stands in it. Of several places where a version could begin: the one that `confirms` knows,
 * else the first behind which no word but a version's own stands between numbers (`log4j-1.2-api-2.17.1`).
 */
export function splitStem(
  stem: string,
  confirms: (version: string) => boolean = () => false,
): NameVersion | undefined {
  if (stem.length > MAX_STEM) return undefined;
  const places = [...stem.matchAll(/[-_](?=\d)/g)].slice(0, MAX_PLACES).map(({ index }) => index);
  const splits = places
    .filter((at) => at > 0)
    .map((at) => ({ name: stem.slice(0, at), version: stem.slice(at + 1), sign: stem.charAt(at) }))
    .filter(({ version }) => VERSION.test(version) && !RANGE.test(version));
  const confirmed = splits
    .map(({ name, version }) => ({ name, version: versionsIn(version).find(confirms) }))
    .find(({ version }) => version !== undefined);
  if (confirmed?.version !== undefined) return { name: confirmed.name, version: confirmed.version };
  const plain = splits.filter(({ sign }) => sign === "-");
  const found = plain.find(({ version }) => hasOnlyQualifiers(version)) ?? plain.at(-1);
  return found && { name: found.name, version: withoutClassifier(found.version) };
}

/** The text, then what is left of it with one `-` segment less each. */
function versionsIn(text: string): string[] {
  const segments = text.split("-").slice(0, MAX_PLACES);
  return [text, ...segments.map((_, index) => segments.slice(0, segments.length - index).join("-"))];
}

function hasOnlyQualifiers(version: string): boolean {
  const segments = version.split("-");
  const lastNumber = segments.findLastIndex((segment) => /^\d/.test(segment));
  return segments.slice(0, lastNumber).every((segment) => /^\d/.test(segment) || QUALIFIER.test(segment));
}

function withoutClassifier(version: string): string {
  const classifier = CLASSIFIER.exec(version);
  return classifier === null ? version : version.slice(0, classifier.index);
}
