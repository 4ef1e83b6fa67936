// SPDX-License-Identifier: Apache-2.0
/** The same questions put to trivy's matchers over an exported database, and to ours over a snapshot. */
import { spawnSync } from "node:child_process";
import { matchSbom, type Snapshot } from "#engines/evaluation/index.ts";
import { component, sbomOf } from "#engines/evaluation/advisories/testing/sbom.ts";
import type { Component, Distro, PackageType } from "#engines/scanner/index.ts";
import type { Question } from "./questions.ts";

/** Of one question: vulnerability ids with severity and fix, sorted. */
export interface Answer {
  readonly ids: readonly string[];
  readonly severities: Readonly<Record<string, string>>;
  readonly fixes: Readonly<Record<string, string>>;
}

interface Detected {
  readonly VulnerabilityID: string;
  /** Every matcher passes it on; one leaves out the package's id. */
  readonly PkgIdentifier: { readonly UID: string };
  readonly Severity: string;
  readonly FixedVersion?: string;
}

/** Distro ids of os-release as trivy's families. */
const FAMILIES: Readonly<Record<string, string>> = {
  almalinux: "alma",
  amzn: "amazon",
  mariner: "cbl-mariner",
  ol: "oracle",
  rhel: "redhat",
};
const TYPES: Readonly<Record<string, string>> = {
  bitnami: "bitnami",
  cargo: "cargo",
  composer: "composer",
  gem: "bundler",
  golang: "gomod",
  hex: "hex",
  maven: "jar",
  npm: "npm",
  nuget: "nuget",
  pub: "pub",
  pypi: "pip",
  swift: "swift",
};

/** In the order of the questions. @throws when the program ends with another code than 0 */
export function trivyAnswers(
  program: string,
  folder: string,
  questions: readonly Question[],
): readonly Answer[] {
  const groups = [...grouped(questions)];
  const input = groups.map(([space, members]) =>
    JSON.stringify({ ...targetOf(space), Packages: members.map(trivyPackage) }),
  );
  const { status, stdout, stderr } = spawnSync(program, ["-db", folder], {
    input: `${input.join("\n")}\n`,
    encoding: "utf8",
    maxBuffer: 2 ** 31 - 1,
  });
  if (status !== 0) throw new Error(`trivy's matchers ended with ${String(status)}: ${stderr}`);
  const lines = stdout.trimEnd().split("\n");
  const answers: Answer[] = [];
  for (const [at, [, members]] of groups.entries()) {
    const byId = new Map<string, Detected[]>();
    for (const one of JSON.parse(lines[at] ?? "[]") as readonly Detected[]) {
      const list = byId.get(one.PkgIdentifier.UID) ?? [];
      byId.set(one.PkgIdentifier.UID, list);
      list.push(one);
    }
    for (const { index } of members) answers[index] = trivyAnswer(byId.get(String(index)) ?? []);
  }
  return answers;
}

function trivyAnswer(detected: readonly Detected[]): Answer {
  return answer(
    detected.map(({ VulnerabilityID, Severity, FixedVersion = "" }) => [
      VulnerabilityID,
      Severity.toLowerCase(),
      FixedVersion,
    ]),
  );
}

type Member = { readonly question: Question; readonly index: number };

function grouped(questions: readonly Question[]): ReadonlyMap<string, readonly Member[]> {
  const groups = new Map<string, Member[]>();
  for (const [index, question] of questions.entries()) {
    const space = question.distro ?? question.ecosystem;
    const group = groups.get(space) ?? [];
    group.push({ question, index });
    groups.set(space, group);
  }
  return groups;
}

function targetOf(space: string): object {
  const [id = "", release = ""] = space.split(":");
  if (TYPES[space] !== undefined) return { Type: TYPES[space] };
  return { OS: { Family: FAMILIES[id] ?? id, Name: release } };
}

function trivyPackage({ question: { ecosystem, name, module, version, distro }, index }: Member): object {
  const whole = { Identifier: { UID: String(index) }, Name: trivyName(ecosystem, name), Version: version };
  if (distro === undefined) return whole;
  return {
    ...whole,
    ...{ SrcName: name, SrcVersion: version, Arch: "x86_64" },
    ...(module === undefined ? {} : { Modularitylabel: `${module}:1:1` }),
  };
}

const trivyName = (ecosystem: string, name: string): string =>
  ecosystem === "maven" ? name.replace("/", ":") : name;

export function ourAnswers(snapshot: Snapshot, questions: readonly Question[]): readonly Answer[] {
  const answers: Answer[] = [];
  for (const [space, members] of grouped(questions)) {
    const components = members.map(({ question, index }) => componentOf(question, index));
    const [id = "", versionId = ""] = space.split(":");
    const distro: Distro | undefined =
      members[0]?.question.distro === undefined ? undefined : { id, versionId };
    const byRef = new Map<string, [string, string, string][]>();
    for (const finding of matchSbom(sbomOf(components, distro), snapshot).findings) {
      const list = byRef.get(finding.bomRef) ?? [];
      byRef.set(finding.bomRef, list);
      list.push([finding.id, finding.severity, finding.fixedVersion ?? ""]);
    }
    for (const { index } of members) answers[index] = answer(byRef.get(String(index)) ?? []);
  }
  return answers;
}

function componentOf({ ecosystem, name, version }: Question, index: number): Component {
  return component(ecosystem as PackageType, name, version, { bomRef: String(index) });
}

function answer(found: readonly (readonly [id: string, severity: string, fixed: string])[]): Answer {
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ids: sorted.map(([id]) => id),
    severities: Object.fromEntries(sorted.map(([id, severity]) => [id, severity])),
    fixes: Object.fromEntries(sorted.map(([id, , fixed]) => [id, fixed])),
  };
}
