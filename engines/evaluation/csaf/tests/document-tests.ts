// SPDX-License-Identifier: Apache-2.0
/** Mandatory tests of language and category: CSAF 2.0, 6.1.12, 6.1.15, 6.1.26, 6.1.28. */
import type { CsafTest } from "../types.ts";

/** ISO 639-1, complete: no two-letter code has been added since 2003. */
const TWO_LETTERS = new Set(
  (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et " +
    "eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl " +
    "km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj " +
    "om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn " +
    "to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
  ).split(" "),
);

/** Longer subtags and those behind the first are not looked up: their registry grows. */
const unknownLanguage: CsafTest = {
  id: "6.1.12",
  title: "Language",
  find({ whole: { document } }) {
    for (const member of ["lang", "source_lang"] as const) {
      const first = document[member]?.split("-", 1)[0]?.toLowerCase();
      if (first?.length === 2 && !TWO_LETTERS.has(first))
        return { path: `$.document.${member}`, reason: `there is no language ${first}` };
    }
    return undefined;
  },
};

const translator: CsafTest = {
  id: "6.1.15",
  title: "Translator",
  find({ whole: { document } }) {
    if (document.publisher.category !== "translator" || document.source_lang !== undefined) return undefined;
    return { path: "$.document.source_lang", reason: "a translator must name the source language" };
  },
};

const PROFILES = new Set([
  "csaf_base",
  "csaf_security_incident_response",
  "csaf_informational_advisory",
  "csaf_security_advisory",
  "csaf_vex",
]);
/** Names of the profiles without `csaf_`, dashes and spaces. */
const RESERVED = new Set(["securityincidentresponse", "informationaladvisory", "securityadvisory", "vex"]);

const reservedCategory: CsafTest = {
  id: "6.1.26",
  title: "Prohibited Document Category Name",
  find({ whole: { document } }) {
    if (PROFILES.has(document.category)) return undefined;
    const plain = document.category.toLowerCase();
    const isProfile = plain.startsWith("csaf_") || RESERVED.has(plain.replace(/[-_\s]/g, ""));
    if (!isProfile) return undefined;
    const shown = JSON.stringify(document.category);
    return { path: "$.document.category", reason: `${shown} reads like a profile and is none` };
  },
};

const sameLanguage: CsafTest = {
  id: "6.1.28",
  title: "Translation",
  find({ whole: { document } }) {
    const { lang, source_lang: source } = document;
    if (lang === undefined || lang.toLowerCase() !== source?.toLowerCase()) return undefined;
    return { path: "$.document.source_lang", reason: `it is translated from ${lang} to ${lang}` };
  },
};

export const documentTests: readonly CsafTest[] = [
  unknownLanguage,
  translator,
  reservedCategory,
  sameLanguage,
];
