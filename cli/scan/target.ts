// SPDX-License-Identifier: Apache-2.0
/** From what a person names to an SBOM: an image in a registry, layout or archive, a folder, or an SBOM itself. */
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isBaseOf, scanImage } from "#engines/scanner/index.ts";
import type { KnownImage, ScanProgress, ScanResult } from "#engines/scanner/index.ts";
import { folderFragmentCache } from "#engines/scanner/adapters/folder-fragment-cache.ts";
import { layerWorkerPool } from "#engines/scanner/adapters/layer-workers.ts";
import { trimFolder } from "#engines/scanner/adapters/trim-folder.ts";
import { defineErrors, messageOf } from "#lib/errors.ts";
import { openImageSource } from "#lib/oci/open-image-source.ts";
import { formatPlatform } from "#lib/oci/platform.ts";
import { parseReference, repositoryOf } from "#lib/oci/reference.ts";
import { readDockerConfig } from "#lib/oci/registry/credentials.ts";
import { proxiesOf } from "#lib/http/proxy.ts";
import type { RegistrySettings } from "#lib/oci/registry/settings.ts";
import type { Platform } from "#lib/oci/types.ts";
import { cacheDir, fileFactsIn, fragmentsIn } from "../cache.ts";
import { readText } from "../files.ts";
import type { JudgedAs } from "../verbs/judged-as.ts";
import { progressLine, say } from "../output.ts";

export const targetErrors = defineErrors("scan-verb", {
  TARGET_OFFLINE: "invalid",
  TARGET_NOT_IN_REGISTRY: "invalid",
  /** A file or folder is named as if it were an image. */
  TARGET_IS_PATH: "invalid",
  /** Several documents that can't be told apart in one place. */
  OUTPUTS_MIXED: "invalid",
  /** What was asked for needs layers, and what was named has none. */
  TARGET_WITHOUT_LAYERS: "invalid",
});

/** What decides how a target is read. */
export interface TargetFlags extends Pick<JudgedAs, "as"> {
  readonly platform?: Platform;
  readonly base?: readonly string[];
  readonly cacheDir?: string;
  readonly offline?: boolean;
  readonly force?: boolean;
  /** An SBOM of part of an image will do where that part is asked for. */
  readonly view?: "inventory" | "usage";
  /** Whose attached SBOM stands for the layers. */
  readonly attachedSbom?: "never" | "any";
  /** Whose attached VEX is heard. */
  readonly attachedVex?: "never" | "any";
  readonly plainHttp?: boolean;
  readonly caFile?: string;
}

const LOCAL = /^(oci-dir|oci-archive|docker-archive|dir|sbom):/;
const WITHOUT_LAYERS = /^(dir|sbom):/;
/** Facts of single files; fragments have their own limit. */
const MAX_FILE_FACTS_BYTES = 512 * 1024 * 1024;

export const isLocal = (target: string): boolean => LOCAL.test(target);

/** The name by which people know the image; a path is no name, it would make the same image's documents differ. */
export function imageNameOf(target: string, { sbom }: ScanResult): string {
  return isLocal(target) ? sbom.imageDigest : repositoryOf(parseReference(target));
}

/** What is wrong with a call before anything is opened. @throws TARGET_OFFLINE, TARGET_IS_PATH, TARGET_WITHOUT_LAYERS, REFERENCE_INVALID */
export function checkTarget(target: string, flags: TargetFlags): void {
  if ((flags.base ?? []).length > 0 && WITHOUT_LAYERS.test(target))
    throw targetErrors.make("TARGET_WITHOUT_LAYERS", `--base needs the image's layers, not ${target}`);
  if (flags.as !== undefined) parseReference(flags.as);
  for (const each of [target, ...(flags.base ?? [])]) {
    if (isLocal(each)) continue;
    const kinds = "oci-dir:, oci-archive:, docker-archive:, dir: and sbom:";
    if (isPath(each)) {
      throw targetErrors.make(
        "TARGET_IS_PATH",
        `${each} is a path; say how to read it: one of ${kinds} before it`,
      );
    }
    if (flags.offline === true) {
      throw targetErrors.make("TARGET_OFFLINE", `--offline reads ${kinds} only, not ${each}`);
    }
    parseReference(each);
  }
}

/** `./x`, `/x`, `~/x` and what is there and has an ending; a folder `debian` does not hide the image of that name. */
const isPath = (target: string): boolean =>
  /^[./~]/.test(target) || (/^[^:@]+\.[a-z]+$/i.test(target) && existsSync(target));

/** @throws what opening and scanning throw */
export async function scanTarget(target: string, flags: TargetFlags): Promise<ScanResult> {
  const [, kind, path = ""] = /^(dir|sbom):(.*)$/s.exec(target) ?? [];
  if (kind === "sbom") {
    const { readScan } = await import("./sbom-file.ts");
    return readScan(path, { partialViews: flags.view === "usage" });
  }
  if (kind === undefined) return scanLayers(target, flags);
  const { scanFolder } = await import("#engines/scanner/adapters/scan-folder.ts");
  return scanFolder(path, { platform: platformOf(flags) });
}

const platformOf = ({ platform }: TargetFlags): Platform =>
  platform ?? { os: "linux", architecture: process.arch === "x64" ? "amd64" : process.arch };

async function scanLayers(target: string, flags: TargetFlags): Promise<ScanResult> {
  const cache = cacheDir(flags.cacheDir);
  const attached = flags.attachedSbom === "any" && !isLocal(target) && (await scanAttached(target, flags));
  if (attached) return attached;
  const bases = await Promise.all((flags.base ?? []).map((base) => knownImage(base, flags)));
  const source = await open(target, flags);
  const layerWorkers = layerWorkerPool({ fileFacts: fileFactsIn(cache) });
  const fragmentCache = folderFragmentCache(fragmentsIn(cache), {
    onTrouble: (error) => say(`stella: layer facts are not kept in ${cache}: ${messageOf(error)}`),
  });
  const progress = progressLine();
  try {
    const ports = { fragmentCache, layerWorkers, progress: narrate(progress) };
    const scanned = await scanImage(source, platformOf(flags), ports, { force: flags.force === true, bases });
    sayOtherPlatform(flags.platform, scanned.resolved.platform);
    sayOtherBases(bases, scanned);
    if (scanned.counters.analyzed > 0) await trimFolder(fileFactsIn(cache), MAX_FILE_FACTS_BYTES);
    return scanned;
  } finally {
    progress.done();
    await layerWorkers.close();
    await fragmentCache.trim();
    await source.close();
  }
}

/** Undefined when nothing is attached that can be used. */
async function scanAttached(target: string, flags: TargetFlags): Promise<ScanResult | undefined> {
  const tell = (sentence: string): void => say(`stella: ${sentence}`);
  const { attachedScan } = await import("#engines/scanner/adapters/attached-sbom.ts");
  const { RegistryClient } = await import("#lib/oci/registry-client.ts");
  const settings = await registrySettings(target, flags);
  const client = new RegistryClient(settings);
  try {
    const source = await openImageSource(target, { client });
    const resolved = await source.resolve(platformOf(flags));
    sayOtherPlatform(flags.platform, resolved.platform);
    return await attachedScan({ reference: parseReference(target), client, settings, tell }, resolved);
  } finally {
    await client.close();
  }
}

/** An image's layers, by its manifest and config alone. */
async function knownImage(name: string, flags: TargetFlags): Promise<KnownImage> {
  const source = await open(name, flags);
  try {
    const { imageDigest, layers } = await source.resolve(platformOf(flags));
    return {
      name: isLocal(name) ? imageDigest : name,
      imageDigest,
      diffIds: layers.map(({ diffId }) => diffId),
    };
  } finally {
    await source.close();
  }
}

async function open(
  target: string,
  flags: TargetFlags,
): Promise<Awaited<ReturnType<typeof openImageSource>>> {
  return openImageSource(target, isLocal(target) ? {} : { registry: await registrySettings(target, flags) });
}

/** An image without an index is what it is, whatever was asked for. */
function sayOtherPlatform(asked: Platform | undefined, found: Platform): void {
  if (asked === undefined || (asked.os === found.os && asked.architecture === found.architecture)) return;
  say(`stella: the image has one platform only: ${formatPlatform(found)}, not ${formatPlatform(asked)}`);
}

/** A base that is none changes nothing in the answer, and may be a slip of who asked. */
function sayOtherBases(bases: readonly KnownImage[], { sbom }: ScanResult): void {
  const diffIds = sbom.layers.map(({ diffId }) => diffId);
  for (const base of bases.filter((one) => !isBaseOf(one, diffIds))) {
    const other = base.diffIds.findIndex((diffId, index) => diffId !== diffIds[index]);
    const why =
      other < 0 ? "it has no layer above them" : `layer ${other} of ${base.diffIds.length} is another`;
    say(`stella: the image is not built on the layers of --base ${base.name}: ${why}`);
  }
}

function narrate(line: ReturnType<typeof progressLine>): (event: ScanProgress) => void {
  let total = 0;
  let done = 0;
  return (event) => {
    if (event.step === "resolved") total = event.layers;
    if (event.step === "layer" && event.outcome !== "analyzing") done++;
    line.update(`reading layers: ${done} of ${total}`);
  };
}

/** Logins of Docker's config, the flags' trust, and the environment's proxies. */
export async function registrySettings(target: string, flags: TargetFlags): Promise<RegistrySettings> {
  const { registry } = parseReference(target);
  const config = join(
    process.env["DOCKER_CONFIG"] ?? join(process.env["HOME"] ?? "", ".docker"),
    "config.json",
  );
  const hasConfig = (await stat(config).catch(() => undefined)) !== undefined;
  return {
    credentials: hasConfig ? await readDockerConfig(config) : [],
    hosts: {
      [registry]: {
        ...(flags.plainHttp === true ? { plainHttp: true } : {}),
        ...(flags.caFile === undefined ? {} : { ca: [await readText(flags.caFile)] }),
      },
    },
    proxy: proxiesOf(process.env),
  };
}
