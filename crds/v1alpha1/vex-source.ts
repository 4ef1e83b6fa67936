// SPDX-License-Identifier: Apache-2.0
/** VexSource: one place that VEX statements come from. */
import { z } from "zod";
import { ruled } from "../cel.ts";
import { defineKind } from "../kind.ts";
import type { ObjectOf, SpecOf, StatusOf } from "../kind.ts";
import { choice, trustWeight } from "./fields.ts";
import { onePlace, sourceColumns, sourceSpec, sourceStatus } from "./source.ts";
import { vexWebPlace } from "./web-place.ts";

export const vexSource = defineKind({
  kind: "VexSource",
  plural: "vexsources",
  singular: "vexsource",
  shortNames: ["vexsrc"],
  scope: "Namespaced",
  description:
    "A VexSource is one place that VEX statements come from: a file, a folder, an OCI artifact, a ConfigMap or the web. It is read in the namespace stellaops only.",
  spec: ruled(
    z.object({
      format: choice("Format of the documents; with `auto` each says itself what it is.", [
        "auto",
        "openvex",
        "csaf",
        "cyclonedx",
      ]).default("auto"),
      ...sourceSpec,
      http: vexWebPlace.exactOptional(),
      trustWeight: trustWeight(
        "Weight from 0 to 1 of what this source says against what others say. Below 0.5 it alone sets no finding aside; 0: it is not asked.",
        1,
      ),
    }),
    [onePlace],
  ).meta({ description: "Where, what and how often." }),
  status: sourceStatus,
  columns: sourceColumns,
});

export type VexSource = ObjectOf<typeof vexSource>;
export type VexSourceSpec = SpecOf<typeof vexSource>;
export type VexSourceStatus = StatusOf<typeof vexSource>;
