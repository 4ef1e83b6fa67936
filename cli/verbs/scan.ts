// SPDX-License-Identifier: Apache-2.0
/** `stella scan TARGET`: an image's SBOM, findings and verdict, without a cluster. */
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { cacheDirOption } from "../cache.ts";
import { judgedAsOptions } from "./judged-as.ts";
import type { JudgedAs } from "./judged-as.ts";
import { refuseVexBesideNone } from "./no-vex.ts";

const formats = [
  "table",
  "json",
  "sarif",
  "packages",
  "cyclonedx-json",
  "cyclonedx-pb",
  "spdx-json",
  "bom-index",
  "layer-sboms",
] as const;
export type Format = (typeof formats)[number];

export interface Output {
  readonly format: Format;
  readonly file?: string;
}

export interface ScanFlags extends JudgedAs {
  readonly output: readonly Output[];
  readonly view: "inventory" | "usage";
  readonly base: readonly string[];
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  readonly advisories: readonly string[];
  /** False: none, neither given nor kept. */
  readonly vex: readonly string[] | false;
  readonly vexWeight: Readonly<Record<string, number>>;
  readonly policy: readonly string[];
  readonly failOn: "warn" | "fail" | "never";
  readonly cacheDir?: string;
  readonly offline?: boolean;
  readonly force?: boolean;
  readonly attach?: "cyclonedx" | "spdx";
  readonly attachedSbom: "never" | "any";
  readonly attachedVex: "never" | "any";
  readonly all?: boolean;
  readonly wide?: boolean;
  readonly json?: boolean;
  readonly plainHttp?: boolean;
  readonly caFile?: string;
}

export function addScan(program: Command): void {
  const command = program
    .command("scan")
    .description("Scan an image: packages, findings, verdict.")
    .argument(
      "<target>",
      "registry reference, or oci-dir:PATH, oci-archive:FILE, docker-archive:FILE, dir:PATH (an unpacked root filesystem), sbom:FILE (sbom:- is stdin)",
    )
    .addOption(outputOption())
    .option("--json", "short for -o json")
    .addOption(
      new Option("--view <view>", "SBOM of all that is in the image, or of what its entry program uses")
        .choices(["inventory", "usage"])
        .default("inventory"),
    )
    .option("--base <image>", "image that it may be built on; repeatable", collect, [])
    .option(
      "--platform <os/architecture>",
      "which image of an index; this machine's unless given",
      parsePlatform,
    )
    .option(
      "--advisories <path>",
      "feed, folder, archive, web address or snapshot; repeatable; else what `stella advisories import` stored",
      collect,
      [],
    )
    .option(
      "--vex <path>",
      "VEX (OpenVEX, CSAF, CycloneDX): a file, folder, archive or web address; repeatable; else what `stella vex import` stored",
      collect,
      [],
    )
    .option("--no-vex", "no VEX, not even what is stored")
    .option(
      "--vex-weight <source=weight>",
      "how much a VEX source counts against others, 0 to 1, by its --vex path or the name that reports and `stella vex status` show; repeatable; 1, or as it was stored, unless given",
      collectWeight,
      {},
    )
    .option("--policy <file>", "policy file; repeatable; the baseline unless given", collect, []);
  refuseVexBesideNone(command);
  judgedAsOptions(command)
    .addOption(
      new Option("--fail-on <verdict>", "least verdict that makes exit code 1")
        .choices(["warn", "fail", "never"])
        .default("fail"),
    )
    .addOption(
      new Option("--attach [format]", "attach the SBOM to the image in its registry, as CycloneDX or SPDX")
        .choices(["cyclonedx", "spdx"])
        .preset("cyclonedx"),
    )
    .addOption(
      new Option(
        "--attached-sbom <whose>",
        "use an SBOM attached to the image instead of its layers; any trusts whoever can push to the repository: no signature is checked yet",
      )
        .choices(["never", "any"])
        .default("never"),
    )
    .addOption(attachedVexOption())
    .option("--all", "also list suppressed, waived and deferred findings")
    .option("--wide", "also show paths and sources; nothing is cut")
    .option("--force", "read every layer anew")
    .option("--offline", "ask no registry; local targets only")
    .option(...cacheDirOption)
    .option("--plain-http", "speak HTTP to the target's registry")
    .option("--ca-file <pem>", "trust these certificates for the target's registry")
    .addHelpText(
      "after",
      `
Examples:
  stella scan ghcr.io/acme/api:1.2 --advisories feeds/
  stella scan registry.example/app:2 --base debian:12 -o spdx-json=app.spdx.json --view usage
  stella scan registry.example/app:2 --attach spdx
  stella scan sbom:app.cdx.json --advisories feeds/
  stella scan oci-dir:build/image -o table -o cyclonedx-json=sbom.json --policy policy.yaml
  stella scan oci-dir:build/image --policy team.yaml --as ghcr.io/acme/api:1.2 --namespace prod

--view shapes SBOMs and leaves findings alone. Without policies, VEX, advisories, --as, --namespace, --env, table, json or sarif nothing is judged.

Exit code: 0 verdict pass or warn, 1 verdict fail, 2 input invalid, 3 denied, 4 missing, 5 unavailable.`,
    )
    .action(async (target: string, flags: ScanFlags) => {
      const { scan } = await import("../scan.ts");
      process.exitCode = await scan(target, flags);
    });
}

/** The choices are for the help and the shell: a file may stand behind each. */
const outputOption = (): Option =>
  new Option(
    "-o, --output <format[=file]>",
    "what to write, to stdout or a file; may be given several times; layer-sboms takes a folder",
  )
    .choices(formats)
    .argParser(collectOutput)
    .default([], "table");

export const attachedVexOption = (): Option =>
  new Option(
    "--attached-vex <whose>",
    "hear VEX that is attached to the image, about that image alone, with the weight 0.5 (--vex-weight attached:image=WEIGHT); any trusts whoever can push to the repository: no signature is checked yet",
  )
    .choices(["never", "any"])
    .default("never");

/** @param before false where a `--no-` option stands before */
export const collect = (value: string, before: readonly string[] | false): readonly string[] => [
  ...(before === false ? [] : before),
  value,
];

export function collectWeight(
  value: string,
  before: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const equals = value.lastIndexOf("=");
  const weight = Number(value.slice(equals + 1) || NaN);
  if (equals <= 0 || !(weight >= 0 && weight <= 1)) {
    throw new InvalidArgumentError("Write SOURCE=WEIGHT with a weight from 0 to 1, e.g. vex/hub=0.4.");
  }
  return { ...before, [value.slice(0, equals)]: weight };
}

function collectOutput(value: string, before: readonly Output[]): readonly Output[] {
  const equals = value.indexOf("=");
  const format = equals < 0 ? value : value.slice(0, equals);
  const file = equals < 0 ? undefined : value.slice(equals + 1);
  if (!(formats as readonly string[]).includes(format)) {
    throw new InvalidArgumentError(`Formats are ${formats.join(", ")}.`);
  }
  if (file === "") throw new InvalidArgumentError("A file name must follow the equals sign.");
  return [...before, { format: format as Format, ...(file === undefined ? {} : { file }) }];
}

export function parsePlatform(value: string): NonNullable<ScanFlags["platform"]> {
  const [os = "", architecture = "", variant, more] = value.split("/");
  if (os === "" || architecture === "" || more !== undefined) {
    throw new InvalidArgumentError("Write OS/ARCH or OS/ARCH/VARIANT, e.g. linux/arm64.");
  }
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}
