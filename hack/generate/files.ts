// SPDX-License-Identifier: Apache-2.0
/** Every generated file as text, by its path in the repository: CRDs, their reference pages, the schema of policies, and the table of analyzers. */
import { stringify } from "yaml";
import { GROUP, kinds, policySchema } from "#crds/index.ts";
import { analyzersPage } from "./analyzers.ts";
import { crdOf, rootSchema } from "./crd.ts";
import { referenceIndex, referencePage } from "./reference.ts";

const COMMAND = "npm run generate";
const YAML_HEADER = `# Made by \`${COMMAND}\` from crds/. Do not edit.\n`;
const MARKDOWN_HEADER = `<!-- Made by \`${COMMAND}\` from crds/. Do not edit. -->\n\n`;

const ANALYZERS_HEADER = `<!-- Made by \`${COMMAND}\` from engines/scanner/analyzers/. Do not edit. -->\n\n`;

/** Folders that hold generated files only; anything else found in them is stale. */
export const GENERATED_FOLDERS = ["config/crd", "docs/reference"] as const;

export function generatedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const kind of kinds) {
    files.set(crdPath(kind.plural), yaml(crdOf(kind)));
    files.set(`docs/reference/${kind.singular}.md`, MARKDOWN_HEADER + referencePage(kind, rootSchema(kind)));
  }
  files.set("config/crd/kustomization.yaml", yaml(kustomization()));
  files.set("config/policies/policy.schema.json", `${JSON.stringify(policySchema(), undefined, 2)}\n`);
  files.set("docs/reference/analyzers.md", ANALYZERS_HEADER + analyzersPage());
  files.set("docs/reference/README.md", MARKDOWN_HEADER + referenceIndex(kinds));
  return files;
}

function crdPath(plural: string): string {
  return `config/crd/${GROUP}_${plural}.yaml`;
}

function kustomization() {
  return {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: kinds.map((kind) => `${GROUP}_${kind.plural}.yaml`),
  };
}

function yaml(value: unknown): string {
  return YAML_HEADER + stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
