// SPDX-License-Identifier: Apache-2.0
/** AdvisorySource: one place that advisories come from. */
import { z } from "zod";
import { ruled } from "../cel.ts";
import { defineKind } from "../kind.ts";
import type { ObjectOf, SpecOf, StatusOf } from "../kind.ts";
import { choice } from "./fields.ts";
import { onePlace, sourceColumns, sourceSpec, sourceStatus } from "./source.ts";
import { advisoryWebPlace } from "./web-place.ts";

export const advisorySource = defineKind({
  kind: "AdvisorySource",
  plural: "advisorysources",
  singular: "advisorysource",
  shortNames: ["advsrc"],
  scope: "Namespaced",
  description:
    "An AdvisorySource is one place that advisories come from: a file, a folder, an OCI artifact, a ConfigMap or the web. It is read in the namespace stellaops only.",
  spec: ruled(
    z.object({
      format: choice("Format of the documents; auto looks at each.", [
        "auto",
        "osv",
        "ghsa",
        "rustsec",
        "rubysec",
        "friendsofphp",
        "victims",
        "retire-net",
        "retire-js",
        "npm-security-wg",
        "alpine-secdb",
        "debian-tracker",
        "debian-dsa",
        "cve5",
        "kev",
        "epss",
        "csaf",
        "oval",
      ]).default("auto"),
      ...sourceSpec,
      http: advisoryWebPlace.exactOptional(),
    }),
    [onePlace],
  ).meta({ description: "Where, what and how often." }),
  status: sourceStatus,
  columns: sourceColumns,
});

export type AdvisorySource = ObjectOf<typeof advisorySource>;
export type AdvisorySourceSpec = SpecOf<typeof advisorySource>;
export type AdvisorySourceStatus = StatusOf<typeof advisorySource>;
