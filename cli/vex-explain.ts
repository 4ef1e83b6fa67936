// SPDX-License-Identifier: Apache-2.0
/** The use case behind `stella vex explain`: who says what of a vulnerability in a package or an image, and what comes of it. */
import { explainVex } from "#engines/evaluation/index.ts";
import type { EvaluationContext, VexExplanation, VexSnapshot } from "#engines/evaluation/index.ts";
import { readSbom } from "#engines/scanner/index.ts";
import type { Sbom } from "#engines/scanner/index.ts";
import { canonicalJson } from "#lib/canonical-json.ts";
import { defineErrors } from "#lib/errors.ts";
import { parseReference, repositoryOf } from "#lib/oci/reference.ts";
import { loadSnapshot } from "./advisories.ts";
import { cliAdvisoryErrors } from "./advisory-errors.ts";
import { advisoriesIn, cacheDir } from "./cache.ts";
import { say, writeResult } from "./output.ts";
import { readOpinions } from "./scan/judge.ts";
import { checkTarget, isLocal, scanTarget, targetErrors } from "./scan/target.ts";
import type { TargetFlags } from "./scan/target.ts";
import { plainTable } from "./table.ts";

const explainErrors = defineErrors("cli-vex-explain", {
  VEX_PURL_INVALID: "invalid",
  /** Nobody says anything of the vulnerability there. */
  VEX_STATEMENT_MISSING: "missing",
});

export interface ExplainVexFlags extends TargetFlags {
  readonly purl?: string;
  readonly target?: string;
  readonly vex: readonly string[];
  readonly vexWeight: Readonly<Record<string, number>>;
  readonly json?: boolean;
}

/** @throws VEX_STATEMENT_MISSING, VEX_PURL_INVALID, and what scanning throws */
export async function explainOpinions(vulnerability: string, flags: ExplainVexFlags): Promise<void> {
  const { purl, target = "" } = flags;
  const sbom = purl === undefined ? undefined : sbomOfPurl(purl);
  if (flags.attachedVex === "any" && (sbom !== undefined || isLocal(target)))
    throw targetErrors.make(
      "TARGET_NOT_IN_REGISTRY",
      `--attached-vex is for images in a registry, not for ${purl ?? target}`,
    );
  if (sbom === undefined) checkTarget(target, flags);
  const { vex, vexTrust } = await readOpinions(flags);
  const ids = await namesOf(vulnerability, flags);
  const { image, attached } =
    sbom === undefined ? await ofTarget(target, flags) : { image: { sbom, context: {} } };
  const weighing = { trust: vexTrust, now: Date.now(), ...(attached === undefined ? {} : { attached }) };
  const explained = explainVex(ids, vex, image, weighing);
  if (explained.length === 0) {
    const all = `${vex.statements} statements of ${vex.documents} documents`;
    throw explainErrors.make(
      "VEX_STATEMENT_MISSING",
      `none of ${all} speaks of ${vulnerability} in ${purl ?? target}`,
    );
  }
  const text =
    flags.json === true
      ? `${canonicalJson(explained)}\n`
      : blocksOf(explained)
          .map(([heading, one]) => explanationText([vulnerability.toUpperCase(), ...heading], one))
          .join("\n");
  await writeResult(text, undefined);
}

/** The image, and what is attached to it. */
async function ofTarget(
  target: string,
  flags: ExplainVexFlags,
): Promise<{ readonly image: { sbom: Sbom; context: EvaluationContext }; readonly attached?: VexSnapshot }> {
  const scanned = await scanTarget(target, flags);
  const context = isLocal(target)
    ? {}
    : { imageReference: target, repository: repositoryOf(parseReference(target)) };
  const image = { sbom: scanned.sbom, context };
  if (flags.attachedVex !== "any") return { image };
  const { readAttachedVex } = await import("./scan/attached-vex.ts");
  return { image, attached: (await readAttachedVex(target, scanned, flags)).snapshot };
}

/** An image that holds that one package; its distro is the one that the purl names. @throws VEX_PURL_INVALID */
function sbomOfPurl(purl: string): Sbom {
  const bom = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    components: [{ type: "library", name: "-", purl }],
  };
  const sbom = readSbom(canonicalJson(bom));
  if (sbom.components.length > 0) return sbom;
  throw explainErrors.make(
    "VEX_PURL_INVALID",
    `${purl} names no package: ${sbom.omissions[0]?.message ?? "it is no purl"}`,
  );
}

/** By which the kept advisories know it too, as in a scan; without advisories the one that is given. */
async function namesOf(vulnerability: string, flags: ExplainVexFlags): Promise<readonly string[]> {
  try {
    const snapshot = await loadSnapshot([], advisoriesIn(cacheDir(flags.cacheDir)));
    const known = snapshot.named(vulnerability).map((position) => snapshot.vulnerability(position));
    return [vulnerability, ...known.flatMap(({ id, aliases }) => [id, ...aliases])];
  } catch (error) {
    if (!cliAdvisoryErrors.is(error, "ADVISORIES_MISSING")) throw error;
    say(`stella: no advisories are kept, so ${vulnerability} is looked for by this name only`);
    return [vulnerability];
  }
}

type Block = readonly [heading: readonly string[], VexExplanation];

/** One for each component of which more is said than of the image as a whole, and one for all others. */
function blocksOf(explained: readonly VexExplanation[]): readonly Block[] {
  const isAlike = ({ statements }: VexExplanation): boolean =>
    statements.every(({ isOfWholeImage }) => isOfWholeImage === true);
  const own = explained
    .filter((one) => !isAlike(one))
    .map((one): Block => {
      const [first] = one.evidence;
      return [[one.purl, first === undefined ? "" : `/${first.path}`], one];
    });
  const [alike] = explained.filter(isAlike);
  if (alike === undefined) return own;
  return [...own, [[own.length === 0 ? "every component" : "every other component"], alike]];
}

function explanationText(
  heading: readonly string[],
  { statements, answer, isAnswered }: VexExplanation,
): string {
  const rows = statements.map((one) => [
    one.status,
    one.scope,
    String(one.weight),
    one.source,
    one.document,
    one.author ?? "-",
    `${(one.timestamp ?? "-").slice(0, 19)}${one.isAhead === true ? " (to come, not counted)" : ""}`,
    one.justification ?? one.action ?? "-",
  ]);
  const outcome = [
    ["answer", answer === undefined ? "none: no statement has a weight" : answer.status],
    ["effect", isAnswered ? "the finding is set aside" : "the finding stays"],
    ...(answer === undefined
      ? []
      : [
          ["scope", answer.scope],
          ["reason", answer.reason],
        ]),
  ];
  return [
    plainTable(heading, []),
    plainTable(["STATUS", "SCOPE", "WEIGHT", "SOURCE", "DOCUMENT", "AUTHOR", "TIME", "WHY"], rows),
    plainTable(["CONSENSUS", ""], outcome),
  ].join("");
}
