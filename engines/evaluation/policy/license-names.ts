// SPDX-License-Identifier: Apache-2.0
/**
 * Names of one licence: SPDX ids, where case does not matter (SPDX 2.3 annex D.2), and how distributions spell them:
 * trailing `.0` is left out and the Expat licence is what SPDX calls MIT (debian/copyright 1.0 section 7.1.1), `GPLv2+`; and titles.
 */
import { anyOf } from "./glob.ts";
import { licenseIdOfTitle } from "./license-titles.ts";

const GNU = /^((?:a|l)?gpl|gfdl)-(\d+\.\d+)(\+|-only|-or-later)?$/;
const GNU_V = /^((?:a|l)?gpl)v(\d+(?:\.\d+)?\+?)$/;
const SHORT = /^([a-z]+(?:-[a-z]+)*-\d+)(\+?)$/;
const WITH = " with ";

/** A pattern without WITH speaks of the licence with any exception and without; one with it, of that pair. */
export function licenseMatcher(patterns: readonly string[]): (license: string) => boolean {
  const lower = patterns.map((pattern) => pattern.toLowerCase());
  const ofPair = anyOf(lower.filter((pattern) => pattern.includes(WITH)));
  const ofLicense = anyOf(lower.filter((pattern) => !pattern.includes(WITH)));
  const known = new Map<string, boolean>();
  const decide = (license: string): boolean => {
    const [name = "", exception] = license.toLowerCase().split(WITH);
    const names = namesOf(name);
    if (names.some(ofLicense)) return true;
    return exception !== undefined && names.some((each) => ofPair(`${each}${WITH}${exception}`));
  };
  return (license) => {
    let holds = known.get(license);
    if (holds === undefined) known.set(license, (holds = decide(license)));
    return holds;
  };
}

/** In lower case, as written first. */
export function namesOf(license: string): readonly string[] {
  const written = license.toLowerCase();
  const id = licenseIdOfTitle(written);
  if (id !== undefined) return [written, ...namesOf(id)];
  const [, family, version] = GNU_V.exec(written) ?? [];
  const plain = family === undefined ? written : `${family}-${version ?? ""}`;
  const [, short, plus = ""] = SHORT.exec(plain) ?? [];
  const full = short === undefined ? plain : `${short}.0${plus}`;
  return [...new Set([written, plain, full, ...sameAs(full)])];
}

function sameAs(name: string): readonly string[] {
  if (name === "expat") return ["mit"];
  const [, family, version, end = ""] = GNU.exec(name) ?? [];
  if (family === undefined) return name.endsWith("+") ? [name.slice(0, -1)] : [];
  const id = `${family}-${version ?? ""}`;
  return end === "+" || end === "-or-later" ? [`${id}+`, `${id}-or-later`] : [id, `${id}-only`];
}
