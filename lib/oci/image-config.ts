// SPDX-License-Identifier: Apache-2.0
/** The image config: what runs, on which platform, from which uncompressed layers. OCI image-spec v1.1, config.md. */
import { isDigest } from "../digest.ts";
import type { DiffId } from "../digest.ts";
import { ociErrors } from "./errors.ts";
import { asObject, asString, optionalString, parseJsonObject, stringList, stringMap } from "./json-fields.ts";
import type { Fail } from "./json-fields.ts";
import type { ImageConfig, Platform } from "./types.ts";

export const MAX_CONFIG_BYTES = 8 * 1024 * 1024;
const MAX_ITEMS = 10_000;

export interface ParsedConfig {
  readonly config: ImageConfig;
  readonly platform: Platform;
  /** Bottom layer first. */
  readonly diffIds: readonly DiffId[];
}

/** Of an image whose config says nothing of what runs, or that has none. */
export const emptyImageConfig = (platform: Platform): ImageConfig => ({
  ...platform,
  entrypoint: [],
  cmd: [],
  env: [],
  workingDir: "",
  user: "",
  labels: {},
});

/** @throws MANIFEST_INVALID naming the field; `where` stands in front, e.g. `config of registry.example/app:1`. */
export function parseImageConfig(bytes: Uint8Array, where: string): ParsedConfig {
  const fail: Fail = (why) => ociErrors.make("MANIFEST_INVALID", `${where} ${why}`);
  const document = parseJsonObject(bytes, fail);
  const run = asObject(document["config"] ?? {}, "config", fail);
  const rootfs = asObject(document["rootfs"], "rootfs", fail);
  const created = optionalString(document["created"], "created", fail);
  const variant = optionalString(document["variant"], "variant", fail);
  const os = asString(document["os"], "os", fail);
  const architecture = asString(document["architecture"], "architecture", fail);
  return {
    config: {
      os,
      architecture,
      ...(created === "" ? {} : { created }),
      entrypoint: stringList(run["Entrypoint"], "config.Entrypoint", MAX_ITEMS, fail),
      cmd: stringList(run["Cmd"], "config.Cmd", MAX_ITEMS, fail),
      env: stringList(run["Env"], "config.Env", MAX_ITEMS, fail),
      workingDir: optionalString(run["WorkingDir"], "config.WorkingDir", fail),
      user: optionalString(run["User"], "config.User", fail),
      labels: stringMap(run["Labels"], "config.Labels", fail),
    },
    platform: { os, architecture, ...(variant === "" ? {} : { variant }) },
    diffIds: stringList(rootfs["diff_ids"], "rootfs.diff_ids", MAX_ITEMS, fail).map((text, i) => {
      if (isDigest(text)) return text as DiffId;
      throw fail(`rootfs.diff_ids[${i}] is not a sha256 digest`);
    }),
  };
}
