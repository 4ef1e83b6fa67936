// SPDX-License-Identifier: Apache-2.0
/**
 * Whether JSON has the shape that a fragment's head has: whoever can write into a cache can also make its digest right, and
 * composing trusts types. Fields that are not listed here are not looked at; `./facts.ts` says what each means.
 */

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Check>>;

const text: Check = (value) => typeof value === "string";
const flag: Check = (value) => typeof value === "boolean";
const count: Check = (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const list =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);
const texts = list(text);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const map =
  (item: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(item);

function object(needed: Fields, optional: Fields = {}): Check {
  const all = Object.entries(needed);
  const some = Object.entries(optional);
  return (value) =>
    isObject(value) &&
    all.every(([name, check]) => check(value[name])) &&
    some.every(([name, check]) => value[name] === undefined || check(value[name]));
}

const packageFact = object(
  { type: text, name: text, version: text },
  {
    namespace: text,
    architecture: text,
    qualifiers: map(text),
    licenses: texts,
    sourcePackage: object({ name: text, version: text }),
    line: count,
    offset: count,
    inner: text,
    supplier: text,
    provides: texts,
    requires: texts,
    requiresWithExtras: texts,
    extras: map(texts),
    contents: texts,
    modules: texts,
    sha256: text,
    basis: text,
  },
);

const binary = object(
  { format: text, architecture: text, kind: text, sha256: text, isStatic: flag, needed: texts },
  {
    interpreter: text,
    soname: text,
    rpath: texts,
    runpath: texts,
    buildId: text,
    symbolVersions: list(object({ library: text, versions: texts })),
    product: object({}, { name: text, version: text, fileVersion: text, company: text }),
    language: text,
  },
);

const file = object(
  { path: text, analyzer: text },
  {
    packages: list(packageFact),
    distro: object({ id: text, versionId: text }, { codename: text, prettyName: text }),
    ownership: list(object({ package: text, length: count }, { architecture: text, version: text })),
    license: object({ package: text, licenses: texts }),
    binary,
    script: object({ interpreter: texts }, { length: count }),
    manifest: object({ bin: map(text), scripts: map(text), requires: texts }, { name: text, main: text }),
    installed: object({ contents: texts, modules: texts }),
    imports: texts,
    classPath: texts,
    loader: texts,
  },
);

/** Of the JSON line: long texts are lengths in it. */
export const isFragmentHead: Check = object({
  diffId: text,
  textBytes: count,
  analyzers: map(count),
  files: list(file),
  links: list(object({ path: text, target: text, analyzer: text })),
  whiteouts: texts,
  opaques: texts,
  omissions: list(object({ code: text, message: text }, { path: text, diffId: text, analyzer: text })),
});
