// SPDX-License-Identifier: Apache-2.0
/** A source's place on the web: addresses, what is to be found there, and how to get it. */
import { z } from "zod";
import { ruled } from "../cel.ts";
import type { Rule } from "../cel.ts";
import { choice, count, secretRef, setOf, shaped } from "./fields.ts";

const MAX_URLS = 100;
const MAX_ECOSYSTEMS = 50;

/** No login in it, since it is shown and kept; no fragment. */
const URL =
  /^https?:\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:[0-9]{1,5})?([\/?][^\s#]*)?$/;

const url = (description: string) => shaped(description, URL, 2048);

const common = {
  url: url("One address: https://feeds.example.com/all.zip.").exactOptional(),
  urls: setOf("Several addresses, each of one document or archive.", url("One address."), MAX_URLS)
    .min(1)
    .exactOptional(),
  caBundle: shaped(
    "Certificates (PEM) that the server's own may chain to, beside the system's.",
    /^\s*-----BEGIN CERTIFICATE-----/,
    65536,
  ).exactOptional(),
  proxy: shaped(
    "Proxy for this source, in place of the operator's HTTPS_PROXY and HTTP_PROXY: http://proxy.example.com:3128.",
    /^https?:\/\/[^\s#]+$/,
    512,
  ).exactOptional(),
  secretRef: secretRef(
    "Secret of the same namespace with token (sent as a bearer token), or with username and password. It is sent to the hosts of the addresses only.",
  ).exactOptional(),
  rateLimit: count("Requests a second at most.", { min: 1, max: 100 }).default(10),
} as const;

interface Addresses {
  readonly url?: string;
  readonly urls?: readonly string[];
  readonly layout: string;
  readonly secretRef?: unknown;
}

const addressRules: readonly Rule<Addresses>[] = [
  {
    rule: "has(self.url) != has(self.urls)",
    message: "give exactly one of url, urls",
    reason: "FieldValueInvalid",
    test: (place) => (place.url === undefined) !== (place.urls === undefined),
  },
  {
    rule: "!has(self.urls) || self.layout == 'document'",
    message: "urls is for the layout document; the others take one url",
    reason: "FieldValueInvalid",
    fieldPath: ".urls",
    test: ({ urls, layout }) => urls === undefined || layout === "document",
  },
  {
    rule: "!has(self.secretRef) || ((!has(self.url) || self.url.startsWith('https://')) && (!has(self.urls) || self.urls.all(one, one.startsWith('https://'))))",
    message: "a secret is sent over https only",
    reason: "FieldValueInvalid",
    fieldPath: ".secretRef",
    test: (place) =>
      place.secretRef === undefined ||
      [place.url ?? "https://", ...(place.urls ?? [])].every((one) => one.startsWith("https://")),
  },
];

const ecosystemsRule: Rule<{ readonly layout: string; readonly ecosystems?: readonly string[] }> = {
  rule: "(self.layout == 'osv') == has(self.ecosystems)",
  message: "the layout osv needs ecosystems, and no other takes them",
  reason: "FieldValueInvalid",
  fieldPath: ".ecosystems",
  test: ({ layout, ecosystems }) => (layout === "osv") === (ecosystems !== undefined),
};

const DOCUMENT = "document: each address is one document or archive.";
const CSAF =
  "csaf: a provider-metadata.json, a ROLIE feed, or a folder (with a slash at its end) with changes.csv or index.txt.";

export const advisoryWebPlace = ruled(
  z.object({
    ...common,
    layout: choice(
      `What is to be found there. ${DOCUMENT} osv: OSV's bucket, https://osv-vulnerabilities.storage.googleapis.com or a mirror of it. ${CSAF}`,
      ["document", "osv", "csaf"],
    ).default("document"),
    ecosystems: setOf(
      "Ecosystems of the layout osv, as the bucket names their folders: npm, PyPI, GitHub Actions.",
      shaped("Name of an ecosystem.", /^[A-Za-z0-9][A-Za-z0-9 .:+_-]*$/, 64),
      MAX_ECOSYSTEMS,
    )
      .min(1)
      .exactOptional(),
  }),
  [...addressRules, ecosystemsRule],
).meta({ description: "Files on the web. Only what changed is fetched." });

export const vexWebPlace = ruled(
  z.object({
    ...common,
    layout: choice(
      `What is to be found there. ${DOCUMENT} ${CSAF} vex-repository: a vex-repository.json, which says where its archive is.`,
      ["document", "csaf", "vex-repository"],
    ).default("document"),
  }),
  addressRules,
).meta({ description: "Files on the web. Only what changed is fetched." });
