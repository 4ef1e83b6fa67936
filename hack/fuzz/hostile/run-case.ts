// SPDX-License-Identifier: Apache-2.0
/** One hostile case in a process of its own, so that its peak memory is its own: prints one line of JSON. */
import { codeOf, messageOf } from "#lib/errors.ts";
import { composeSbom } from "#engines/scanner/compose-sbom.ts";
import { encodeFragment } from "#engines/scanner/fragment.ts";
import { analyzers } from "#engines/scanner/analyzers/catalog.ts";
import { analyzeLayer } from "#engines/scanner/layer/analyze-layer.ts";
import { layerOf } from "./blob.ts";
import { hostileImages } from "./images.ts";
import { hostileLayers } from "./layers.ts";
import { imageOf } from "./image-of.ts";

export interface CaseResult {
  readonly seconds: number;
  /** MiB: at the end of the input's making, and the most ever. */
  readonly before: number;
  readonly peak: number;
  readonly outcome: string;
}

const name = process.argv[2] ?? "";
const mib = (kib: number): number => Math.round(kib / 1024);
const cpu = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;

async function run(): Promise<CaseResult> {
  const parts = hostileLayers[name]?.();
  const layer = parts && layerOf(parts);
  const image = hostileImages[name]?.();
  globalThis.gc?.();
  const before = mib(process.resourceUsage().maxRSS);
  const started = cpu();
  let outcome: string;
  try {
    if (layer) {
      const { fragment } = await analyzeLayer(layer, analyzers);
      encodeFragment(fragment);
      outcome = summary(composeSbom(imageOf([fragment]), [fragment]));
    } else if (image) outcome = summary(composeSbom(image.image, image.fragments));
    else throw new Error(`no case is called ${name}`);
  } catch (error) {
    outcome =
      codeOf(error) === "INTERNAL_ERROR"
        ? `CRASH ${String(error instanceof Error ? error.stack : error)}`
        : `${codeOf(error)} ${messageOf(error)}`;
  }
  return { seconds: cpu() - started, before, peak: mib(process.resourceUsage().maxRSS), outcome };
}

function summary({ components, omissions }: ReturnType<typeof composeSbom>): string {
  const codes = [...Map.groupBy(omissions, ({ code }) => code)].map(
    ([code, all]) => `${code} (${all[0]?.message.slice(0, 70) ?? ""})`,
  );
  const used = components.filter(({ usedByEntrypoint }) => usedByEntrypoint !== undefined).length;
  const edges = components.reduce((sum, { dependsOn = [] }) => sum + dependsOn.length, 0);
  return `${components.length} components, ${edges} dependencies, ${used} used; ${codes.join(", ") || "no omission"}`;
}

process.stdout.write(`${JSON.stringify(await run())}\n`);
