// SPDX-License-Identifier: Apache-2.0
/** VexSource: one place that VEX statements come from. */
import { z } from "zod";
import { ruled } from "../cel.ts";
import { defineKind } from "../kind.ts";
import type { ObjectOf, SpecOf, StatusOf } from "../kind.ts";
import { choice } from "./fields.ts";
import { onePlace, sourceColumns, sourceSpec, sourceStatus } from "./source.ts";

export const vexSource = defineKind({
  kind: "VexSource",
  plural: "vexsources",
  singular: "vexsource",
  shortNames: ["vexsrc"],
  scope: "Namespaced",
  description:
    "A VexSource is one place that VEX statements come from: a file, a folder, an OCI artifact or a ConfigMap. It is read in the namespace stellaops only.",
  spec: ruled(
    z.object({
      format: choice("Format of the documents.", ["openvex"]).default("openvex"),
      ...sourceSpec,
    }),
    [onePlace],
  ).meta({ description: "Where, what and how often." }),
  status: sourceStatus,
  columns: sourceColumns,
});

export type VexSource = ObjectOf<typeof vexSource>;
export type VexSourceSpec = SpecOf<typeof vexSource>;
export type VexSourceStatus = StatusOf<typeof vexSource>;
