// SPDX-License-Identifier: Apache-2.0
/** The use case behind `stella scan`: the cluster's engines over local adapters. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  compileVexSnapshot,
  evaluate,
  matchSbom,
  openVexSnapshot,
  parsePolicy,
  renderTable,
} from "#engines/evaluation/index.ts";
import type { Policy, ReportDocument, VexDocument, VexSnapshot } from "#engines/evaluation/index.ts";
import { cycloneDxText, scanImage, toCycloneDx } from "#engines/scanner/index.ts";
import type { ScanProgress, ScanResult } from "#engines/scanner/index.ts";
import { folderFragmentCache } from "#engines/scanner/adapters/folder-fragment-cache.ts";
import { layerWorkerPool } from "#engines/scanner/adapters/layer-workers.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { digestOf } from "#lib/digest.ts";
import { defineErrors, messageOf } from "#lib/errors.ts";
import { openImageSource } from "#lib/oci/open-image-source.ts";
import { formatPlatform } from "#lib/oci/platform.ts";
import { parseReference, repositoryOf } from "#lib/oci/reference.ts";
import { readDockerConfig } from "#lib/oci/registry/credentials.ts";
import type { RegistrySettings } from "#lib/oci/registry/settings.ts";
import type { Platform } from "#lib/oci/types.ts";
import manifest from "../package.json" with { type: "json" };
import { loadSnapshot } from "./advisories.ts";
import { advisoriesIn, cacheDir, fragmentsIn } from "./cache.ts";
import { fileErrors, readText } from "./files.ts";
import { isColorful, progressLine, say, terminalWidth, writeResult } from "./output.ts";
import type { Output, ScanFlags } from "./verbs/scan.ts";

export const scanVerbErrors = defineErrors("scan-verb", {
  TARGET_UNSUPPORTED: "invalid",
  TARGET_OFFLINE: "invalid",
});

const LOCAL = /^(oci-dir|oci-archive|docker-archive):/;

/** @returns the exit code. */
export async function scan(target: string, flags: ScanFlags): Promise<number> {
  const unsupported = /^(dir|sbom):/.exec(target)?.[1];
  if (unsupported !== undefined) {
    throw scanVerbErrors.make("TARGET_UNSUPPORTED", `${unsupported}: targets are not part of this version`);
  }
  const isLocal = LOCAL.test(target);
  if (flags.offline === true && !isLocal) {
    throw scanVerbErrors.make(
      "TARGET_OFFLINE",
      `--offline reads oci-dir:, oci-archive: and docker-archive: only`,
    );
  }
  const outputs = outputsOf(flags);
  const needsReport = outputs.some(({ format }) => format !== "cyclonedx-json");
  const cache = cacheDir(flags.cacheDir);
  // Bad policies, feeds and VEX are found before the long part.
  const policies = await readPolicies(flags.policy);
  const vex = await readVex(flags.vex);
  const snapshot = needsReport ? await loadSnapshot(flags.advisories, advisoriesIn(cache)) : undefined;
  const scanned = await scanTarget(target, flags, cache, isLocal);
  if (snapshot === undefined) {
    await write(outputs, target, scanned, undefined, flags);
    return 0;
  }
  const report = judge(target, isLocal, scanned, snapshot, vex, policies);
  await write(outputs, target, scanned, report, flags);
  return exitCode(report, flags.failOn);
}

function outputsOf(flags: ScanFlags): readonly Output[] {
  const outputs: readonly Output[] =
    flags.json === true ? [...flags.output, { format: "json" }] : flags.output;
  return outputs.length === 0 ? [{ format: "table" }] : outputs;
}

async function scanTarget(
  target: string,
  flags: ScanFlags,
  cache: string,
  isLocal: boolean,
): Promise<ScanResult> {
  const source = await openImageSource(
    target,
    isLocal ? {} : { registry: await registrySettings(target, flags) },
  );
  const workers = layerWorkerPool();
  const fragmentCache = folderFragmentCache(fragmentsIn(cache), {
    onTrouble: (error) => say(`stella: layer facts are not kept in ${cache}: ${messageOf(error)}`),
  });
  const progress = progressLine();
  try {
    const scanned = await scanImage(
      source,
      flags.platform ?? { os: "linux", architecture: process.arch === "x64" ? "amd64" : process.arch },
      {
        fragmentCache,
        layerWorkers: workers,
        progress: narrate(progress),
      },
      { force: flags.force === true },
    );
    sayOtherPlatform(flags.platform, scanned.resolved.platform);
    return scanned;
  } finally {
    progress.done();
    await workers.close();
    await fragmentCache.trim();
    await source.close();
  }
}

/** An image without an index is what it is, whatever was asked for. */
function sayOtherPlatform(asked: Platform | undefined, found: Platform): void {
  if (asked === undefined || (asked.os === found.os && asked.architecture === found.architecture)) return;
  say(`stella: the image has one platform only: ${formatPlatform(found)}, not ${formatPlatform(asked)}`);
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

async function registrySettings(target: string, flags: ScanFlags): Promise<RegistrySettings> {
  const { registry } = parseReference(target);
  const config = join(
    process.env["DOCKER_CONFIG"] ?? join(process.env["HOME"] ?? "", ".docker"),
    "config.json",
  );
  const hasConfig = (await stat(config).catch(() => undefined)) !== undefined;
  const environment = (name: string): string | undefined =>
    process.env[name] ?? process.env[name.toLowerCase()];
  const httpProxy = environment("HTTP_PROXY");
  const httpsProxy = environment("HTTPS_PROXY");
  const noProxy = environment("NO_PROXY");
  return {
    credentials: hasConfig ? await readDockerConfig(config) : [],
    hosts: {
      [registry]: {
        ...(flags.plainHttp === true ? { plainHttp: true } : {}),
        ...(flags.caFile === undefined ? {} : { ca: [await readText(flags.caFile)] }),
      },
    },
    proxy: {
      ...(httpProxy === undefined ? {} : { httpProxy }),
      ...(httpsProxy === undefined ? {} : { httpsProxy }),
      ...(noProxy === undefined ? {} : { noProxy }),
    },
  };
}

function judge(
  target: string,
  isLocal: boolean,
  { sbom }: ScanResult,
  snapshot: Awaited<ReturnType<typeof loadSnapshot>>,
  vexSnapshot: VexSnapshot,
  policies: readonly Policy[],
): ReportDocument {
  const { findings, uncovered } = matchSbom(sbom, snapshot);
  return evaluate({
    sbom,
    sbomDigest: digestOf(canonicalJson(sbom)),
    findings,
    uncovered,
    advisoriesDigest: snapshot.id,
    vexSnapshot,
    policies: { system: policies },
    // A local path is no name of an image: it would make the same image's reports differ.
    context: isLocal ? {} : { imageReference: target, repository: repositoryOf(parseReference(target)) },
    now: Date.now(),
  });
}

async function write(
  outputs: readonly Output[],
  target: string,
  { sbom }: ScanResult,
  report: ReportDocument | undefined,
  flags: ScanFlags,
): Promise<void> {
  for (const { format, file } of outputs) {
    if (format === "cyclonedx-json") {
      const imageName = LOCAL.test(target) ? sbom.imageDigest : repositoryOf(parseReference(target));
      await writeResult(cycloneDxText(toCycloneDx(sbom, { imageName, toolVersion: manifest.version })), file);
    } else if (report !== undefined) {
      await writeResult(
        format === "json" ? `${canonicalJson(report)}\n` : tableOf(report, flags, file),
        file,
      );
    }
  }
}

const tableOf = (
  report: ReportDocument,
  { all = false, wide = false }: ScanFlags,
  file: string | undefined,
): string =>
  renderTable(report, {
    width: terminalWidth(),
    color: file === undefined && isColorful(process.stdout),
    wide,
    all,
  });

function exitCode({ verdict }: ReportDocument, failOn: ScanFlags["failOn"]): number {
  if (failOn === "never" || verdict === "pass") return 0;
  return verdict === "fail" || failOn === "warn" ? 1 : 0;
}

async function readPolicies(files: readonly string[]): Promise<readonly Policy[]> {
  const policies: Policy[] = [];
  for (const file of files) policies.push(parsePolicy(await readText(file), { name: file }));
  return policies;
}

async function readVex(paths: readonly string[]): Promise<VexSnapshot> {
  const documents: VexDocument[] = [];
  for (const path of paths) {
    for (const file of await jsonFiles(path)) {
      documents.push({ source: path, name: file, bytes: await readText(file) });
    }
  }
  const { bytes, problems, problemCount } = compileVexSnapshot(documents);
  const snapshot = openVexSnapshot(bytes);
  const [first] = problems;
  if (first !== undefined && snapshot.statements === 0) throw first;
  for (const problem of problems.slice(0, 5)) say(`stella: VEX left out: ${messageOf(problem)}`);
  if (problemCount > 5) say(`stella: and ${problemCount - 5} more VEX problems`);
  return snapshot;
}

async function jsonFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw fileErrors.make("FILE_MISSING", `there is no file or folder ${path}`, { cause });
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json")) // a pipe would be waited for
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
