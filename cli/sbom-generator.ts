// SPDX-License-Identifier: Apache-2.0
/**
 * The use case behind `stella sbom-generator`: what BuildKit runs beside a build to describe what was built.
 * Source: https://github.com/moby/buildkit/blob/master/docs/attestations/sbom-protocol.md
 */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { rootSpdx } from "#engines/scanner/index.ts";
import type { Sbom } from "#engines/scanner/index.ts";
import { scanFolder } from "#engines/scanner/adapters/scan-folder.ts";
import { byText } from "#lib/compare.ts";
import { defineErrors } from "#lib/errors.ts";
import type { Platform } from "#lib/oci/types.ts";
import manifest from "../package.json" with { type: "json" };
import { say } from "./output.ts";

export const generatorErrors = defineErrors("sbom-generator", {
  GENERATOR_NOT_IN_BUILD: "invalid",
  /** BuildKit refuses what is larger. */
  GENERATOR_SBOM_TOO_LARGE: "invalid",
});

/** What BuildKit passes; its parameters (other BUILDKIT_SCAN_ names) change nothing. */
export interface GeneratorSettings {
  readonly BUILDKIT_SCAN_DESTINATION?: string | undefined;
  readonly BUILDKIT_SCAN_SOURCE?: string | undefined;
  readonly BUILDKIT_SCAN_SOURCE_EXTRAS?: string | undefined;
}

/** Of one statement. */
const MAX_BYTES = 40 * 1024 * 1024;
/** A build for another platform runs the generator on its own. */
const UNKNOWN: Platform = { os: "unknown", architecture: "unknown" };

/** Writes one statement a root filesystem. @throws GENERATOR_NOT_IN_BUILD, GENERATOR_SBOM_TOO_LARGE, FOLDER_UNREADABLE */
export async function generateSboms(
  { BUILDKIT_SCAN_DESTINATION: destination, BUILDKIT_SCAN_SOURCE: source, ...more }: GeneratorSettings,
  maxBytes = MAX_BYTES,
): Promise<void> {
  if (!destination || !source) {
    const missing = destination ? "BUILDKIT_SCAN_SOURCE" : "BUILDKIT_SCAN_DESTINATION";
    throw generatorErrors.make(
      "GENERATOR_NOT_IN_BUILD",
      `${missing} is not set; BuildKit sets it and runs this`,
    );
  }
  await mkdir(destination, { recursive: true });
  for (const root of [source, ...(await foldersIn(more.BUILDKIT_SCAN_SOURCE_EXTRAS))]) {
    const name = basename(root);
    const { sbom } = scanFolder(root, { platform: UNKNOWN });
    await writeFile(join(destination, `${name}.spdx.json`), statement(name, sbom, maxBytes));
    const partial = sbom.omissions.length === 0 ? "" : `, ${sbom.omissions.length} things left out`;
    say(`stella: ${name}: ${sbom.components.length} packages${partial}`);
  }
}

/** None where the setting is empty or names nothing that is there. */
async function foldersIn(extras: string | undefined): Promise<readonly string[]> {
  if (!extras) return [];
  const entries = await readdir(extras, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.sort(byText).map((name) => join(extras, name));
}

/** Without what packages provide, of which there is most, when it would be too large with it. */
function statement(name: string, sbom: Sbom, maxBytes: number): Buffer {
  const whole = inToto(name, sbom);
  if (whole.length <= maxBytes) return whole;
  const shortened = inToto(name, withoutProvides(sbom));
  if (shortened.length <= maxBytes) return shortened;
  const message = `the SBOM of ${name} has ${shortened.length} bytes; BuildKit takes ${maxBytes}`;
  throw generatorErrors.make("GENERATOR_SBOM_TOO_LARGE", message);
}

function withoutProvides(sbom: Sbom): Sbom {
  const components = sbom.components.map(({ provides, ...component }) => component);
  const message = "what packages provide is left out, so that the document is small enough for BuildKit";
  return { ...sbom, components, omissions: [...sbom.omissions, { code: "SBOM_SHORTENED", message }] };
}

/** BuildKit adds the subject, and stores statements of this version (docs/attestations/attestation-storage.md). */
function inToto(name: string, sbom: Sbom): Buffer {
  const predicate = rootSpdx(sbom, { imageName: name, toolVersion: manifest.version });
  const document = {
    _type: "https://in-toto.io/Statement/v0.1",
    predicateType: "https://spdx.dev/Document",
    predicate,
  };
  return Buffer.from(`${JSON.stringify(document)}\n`);
}
