// SPDX-License-Identifier: Apache-2.0
/** Runs the scanners over an image; each leaves its CycloneDX document and its findings beside it. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "#hack/lib/cache-folder.ts";
import { exists } from "#hack/lib/file.ts";
import type { Log } from "#hack/lib/log.ts";
import { step } from "#hack/lib/progress.ts";
import { run } from "#hack/lib/run.ts";
import { emptyJavaDb } from "#hack/peers/java-db.ts";
import { peerPath, type PeerName } from "#hack/peers/programs.ts";
import type { ReportDocument } from "#engines/evaluation/index.ts";
import { foundIn, type Found } from "./components.ts";
import type { ImageFindings } from "./findings/compare.ts";
import { ourFindings, trivyFindings } from "./findings/read.ts";
import type { Image } from "./images.ts";

const CLI = join(import.meta.dirname, "../../cli/stella.ts");

export const TRIVY_CACHE = join(cacheFolder(), "comparison-trivy");

const documentOf = (image: Image, scanner: string): string => join(image.outputs, `${scanner}.cdx.json`);
const findingsOf = (image: Image, scanner: string): string => join(image.outputs, `${scanner}.findings.json`);

/**
 * Ours is always run anew: it is what changes.
 * @param snapshot file of the compiled advisories
 */
export async function scanOurs(image: Image, snapshot: string, log: Log): Promise<void> {
  const files = [`cyclonedx-json=${documentOf(image, "stella")}`, `json=${findingsOf(image, "stella")}`];
  const cache = join(image.outputs, "stella-cache");
  await rm(cache, { recursive: true, force: true });
  await step(log, `stella: ${image.recipe.name}`, () =>
    run(process.execPath, [
      ...[CLI, "scan", `oci-dir:${image.layout}`, "--offline", "--fail-on", "never"],
      ...["--cache-dir", cache, "--advisories", snapshot, ...files.flatMap((file) => ["-o", file])],
    ]),
  );
}

/** Kept until the image or the peer's pinned version changes. */
export async function scanWithPeer(name: PeerName, image: Image, log: Log): Promise<void> {
  const program = await peerPath(name, log);
  const file = documentOf(image, name);
  const stamp = `${file}.by`;
  if ((await exists(stamp)) && (await readFile(stamp, "utf8")) === program) return;
  if (name === "trivy") await emptyJavaDb(TRIVY_CACHE);
  await step(log, `${name}: ${image.recipe.name}`, () => run(program, argumentsOf(name, image.layout, file)));
  await writeFile(stamp, program);
}

/** Matches with the database in its cache, always anew: the advisories may be others. */
export async function matchWithTrivy(image: Image, log: Log): Promise<void> {
  const program = await peerPath("trivy", log);
  await emptyJavaDb(TRIVY_CACHE);
  const { layout } = image;
  const file = findingsOf(image, "trivy");
  await step(log, `trivy, findings: ${image.recipe.name}`, () =>
    run(program, [...trivyArguments("json", layout, file), "--scanners", "vuln"]),
  );
}

function argumentsOf(name: PeerName, layout: string, file: string): readonly string[] {
  if (name === "syft") return ["scan", `oci-dir:${layout}`, "--output", `cyclonedx-json=${file}`, "--quiet"];
  return trivyArguments("cyclonedx", layout, file);
}

const trivyArguments = (format: string, layout: string, file: string): readonly string[] => [
  ...["image", "--input", layout, "--format", format, "--output", file, "--quiet"],
  ...["--offline-scan", "--skip-db-update", "--skip-java-db-update", "--skip-version-check"],
  ...["--cache-dir", TRIVY_CACHE],
];

/** @throws what reading and parsing throw, e.g. when the step that writes it was not run */
export async function readFound(image: Image, scanner: "stella" | PeerName): Promise<readonly Found[]> {
  return foundIn(JSON.parse(await readFile(documentOf(image, scanner), "utf8")));
}

/** What `scanOurs` and `matchWithTrivy` left. @throws what reading and parsing throw */
export async function readFindings(image: Image): Promise<Pick<ImageFindings, "ours" | "theirs">> {
  const read = async (scanner: string): Promise<unknown> =>
    JSON.parse(await readFile(findingsOf(image, scanner), "utf8"));
  return {
    ours: ourFindings((await read("stella")) as ReportDocument),
    theirs: trivyFindings(await read("trivy")),
  };
}
