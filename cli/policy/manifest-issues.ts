// SPDX-License-Identifier: Apache-2.0
/**
 * What an API server would refuse in a ScanPolicy manifest beside its rules' language: fields that there are not, values that
 * are none, and rules without names. Unknown fields count: `kubectl` refuses them (field validation Strict), others drop them silently.
 */
import { z } from "zod";
import { scanPolicy } from "#crds/index.ts";
import { didYouMean, type PolicyIssue } from "#engines/evaluation/index.ts";

type Node = Readonly<Record<string, unknown>>;
type Path = PolicyIssue["path"];

/** Of metav1.ObjectMeta, beside those that the kind's schema reads. */
const MORE_METADATA = ["selfLink", "managedFields", "deletionGracePeriodSeconds"];
/** RFC 1123 subdomain, as names of custom resources are. */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_NAME = 253;
const MAX_QUOTED = 60;

/** The rules' list as a whole is left to the language's own parser. */
export function manifestIssues(manifest: Readonly<Record<string, unknown>>): readonly PolicyIssue[] {
  const { status: _, metadata, ...rest } = manifest; // the server takes no status from whoever applies a manifest
  const given = isNode(metadata) ? { ...metadata } : {};
  const { name = given["generateName"], namespace } = given;
  const read = { ...rest, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
  const parsed = scanPolicy.schema.safeParse(read, { reportInput: true });
  const refused = (parsed.error?.issues ?? [])
    .filter(({ path }) => !["spec", "spec.rules"].includes(path.join(".")))
    .map((issue) => ({ path: issue.path, message: messageOf(issue) }));
  const schema = z.toJSONSchema(scanPolicy.schema, { io: "input", reused: "inline" });
  return [...refused, ...nameIssues(given["name"]), ...shapeIssues({ ...rest, metadata: given }, schema, [])];
}

function nameIssues(name: unknown): readonly PolicyIssue[] {
  if (typeof name !== "string" || (name.length <= MAX_NAME && OBJECT_NAME.test(name))) return [];
  const message = `"${name.slice(0, MAX_QUOTED)}" is no name of an object: lower case letters, digits, - and .`;
  return [{ path: ["metadata", "name"], message }];
}

/** Fields that the schema does not have, and doubles where it has a set. */
function shapeIssues(value: unknown, node: Node, path: Path): readonly PolicyIssue[] {
  if (Array.isArray(value)) {
    const items = isNode(node["items"]) ? node["items"] : {};
    const inside = value.flatMap((item, index) => shapeIssues(item, items, [...path, index]));
    return node["x-kubernetes-list-type"] === "set" ? [...inside, ...doubles(value, path)] : inside;
  }
  const fields = node["properties"];
  if (!isNode(value) || !isNode(fields)) return [];
  const known = [...Object.keys(fields), ...(path.join(".") === "metadata" ? MORE_METADATA : [])];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = [...path, key];
    if (!known.includes(key)) return [{ path: at, message: unknownField(key, known) }];
    const field = at.join(".") === "spec.rules" ? undefined : fields[key];
    return isNode(field) ? shapeIssues(item, field, at) : [];
  });
}

function doubles(items: readonly unknown[], path: Path): readonly PolicyIssue[] {
  const seen = new Set<unknown>();
  return items.flatMap((item, index) => {
    if (!seen.has(item)) {
      seen.add(item);
      return [];
    }
    return [{ path: [...path, index], message: "stands in the list twice" }];
  });
}

const unknownField = (key: string, known: readonly string[]): string =>
  `unknown key "${key.slice(0, MAX_QUOTED)}"${didYouMean(key, known)}`;

function messageOf(issue: z.core.$ZodIssue): string {
  const { path, input } = issue;
  if (input === undefined) {
    const isRule = path[1] === "rules" && path.length === 4 && path[3] === "name";
    return isRule ? "a rule of a ScanPolicy needs a name" : `${String(path.at(-1))} is required`;
  }
  if (issue.code === "invalid_type") return `expected ${KINDS[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_union") return "the language takes this, and the resource does not";
  if (issue.code === "invalid_format") return issue.message.replace("Invalid string: ", "");
  if (issue.code !== "invalid_value") return issue.message;
  const values = issue.values.map(String);
  const meant = typeof input === "string" ? didYouMean(input, values) : "";
  return `expected ${values.join(", ")}${meant}`;
}

const KINDS: Readonly<Record<string, string>> = {
  boolean: "true or false",
  string: "text",
  array: "a list",
  object: "a mapping",
  int: "a whole number",
};

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);
