// SPDX-License-Identifier: Apache-2.0
/** Reference pages in Markdown: names, columns, rules and one row per field of each kind. */
import { API_VERSION, CATEGORY } from "#crds/index.ts";
import type { CelRule } from "#crds/index.ts";
import type { Kind } from "./crd.ts";
import type { Structural } from "./structural.ts";

interface Row {
  readonly path: string;
  readonly node: Structural;
  readonly required: boolean;
}

export function referenceIndex(kinds: readonly Kind[]): string {
  const rows = kinds.map((kind) => [
    `[${kind.kind}](${kind.singular}.md)`,
    code(kind.shortNames.join(", ")),
    kind.scope,
    prose(kind.description),
  ]);
  return `${[
    "# Custom resources",
    `Group and version \`${API_VERSION}\`; \`kubectl get ${CATEGORY} -A\` lists all of them.`,
    table(["Kind", "Short", "Scope", "What it is"], rows),
  ].join("\n\n")}\n`;
}

export function referencePage(kind: Kind, root: Structural): string {
  const parts = [
    `# ${kind.kind}`,
    kind.description,
    `\`${API_VERSION}\`, \`${kind.plural}\`${kind.shortNames.map((name) => `, \`${name}\``).join("")}; ${kind.scope === "Cluster" ? "cluster-scoped" : "namespaced"}.`,
  ];
  for (const part of ["spec", "status"]) {
    const node = root.properties?.[part];
    if (node === undefined) continue;
    parts.push(`## ${part}`, node.description ?? "", fieldTable(rowsOf(node, part)));
  }
  const rules = [...rulesOf(root, kind.kind), ...rulesOf(root.properties?.["spec"] ?? {}, "spec")];
  if (rules.length > 0)
    parts.push("## Rules", rules.map(([path, rule]) => `- \`${path}\`: ${rule.message}`).join("\n"));
  const columns = kind.columns.map((column) => [
    column.name,
    column.description,
    (column.priority ?? 0) > 0 ? "with `-o wide`" : "",
  ]);
  parts.push("## Columns of `kubectl get`", table(["Column", "Meaning", ""], columns));
  return `${parts.filter((text) => text !== "").join("\n\n")}\n`;
}

/** Fields below `node`, depth first, in the order in which the schema names them. */
export function rowsOf(node: Structural, path: string): readonly Row[] {
  const inner = node.items ?? node;
  const prefix = node.items === undefined ? path : `${path}[]`;
  return Object.entries(inner.properties ?? {}).flatMap(([name, child]) => {
    const row: Row = {
      path: `${prefix}.${name}`,
      node: child,
      required: inner.required?.includes(name) === true && child["default"] === undefined,
    };
    return [row, ...rowsOf(child, row.path)];
  });
}

function rulesOf(node: Structural, path: string): readonly (readonly [string, CelRule])[] {
  const own = (node["x-kubernetes-validations"] ?? []) as readonly CelRule[];
  const below =
    path.includes(".") || path === "spec" || path.endsWith("[]") ? Object.entries(node.properties ?? {}) : [];
  return [
    ...own.map((rule) => [path, rule] as const),
    ...below.flatMap(([name, child]) => rulesOf(child, `${path}.${name}`)),
    ...(node.items === undefined ? [] : rulesOf(node.items, `${path}[]`)),
  ];
}

function fieldTable(rows: readonly Row[]): string {
  return table(
    ["Field", "Type", "Default", "Meaning"],
    rows.map(({ path, node, required }) => [
      code(path.replace(/^(spec|status)\./, "")),
      typeOf(node),
      required ? "required" : defaultOf(node),
      `${prose(node.description ?? "")}${choices(node)}`,
    ]),
  );
}

function typeOf(node: Structural): string {
  if (node.items !== undefined && node.type === "array") return `list of ${typeOf(node.items)}`;
  if (node.additionalProperties !== undefined) return `map of ${typeOf(node.additionalProperties)}`;
  if (node.type === undefined) return untyped(node);
  return typeof node["format"] === "string" && node["format"] === "date-time" ? "time" : node.type;
}

/** What the policy language spells in two ways. */
function untyped(node: Structural): string {
  if (node.items !== undefined) return "text or list";
  return node.properties === undefined ? "number or text" : "word or object";
}

/** Wildcards are no emphasis. */
function prose(text: string): string {
  return text.replaceAll("*", "\\*");
}

function defaultOf(node: Structural): string {
  const value = node["default"];
  return value === undefined || node.properties !== undefined ? "" : code(JSON.stringify(value));
}

function choices(node: Structural): string {
  const values = node["enum"] as readonly unknown[] | undefined;
  return values === undefined ? "" : ` One of: ${values.map((value) => code(String(value))).join(", ")}.`;
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}
