// SPDX-License-Identifier: Apache-2.0
/** Test cases of a policy from YAML text, with every problem said at once. */
import { isRecord, readYamlDocument, unknownKey, type Issue } from "../yaml-document.ts";
import { casesSchema, knownCaseKeys, type CasesFile } from "./schema.ts";

/** @throws POLICY_CASES_INVALID with line, column and path of each problem, at most 20 */
export function parseCases(text: string, options: { readonly name: string }): CasesFile {
  const document = readYamlDocument(text, options.name, "POLICY_CASES_INVALID");
  if (!isRecord(document.value)) {
    throw document.refusal([{ path: [], message: "expected a file of test cases: a mapping with cases" }]);
  }
  const parsed = casesSchema.safeParse(document.value);
  if (parsed.success) return parsed.data;
  throw document.refusal(
    parsed.error.issues.flatMap((issue): readonly Issue[] => {
      if (issue.code !== "unrecognized_keys") return [{ path: issue.path, message: issue.message }];
      const place = issue.path.findLast((part) => typeof part === "string") ?? "";
      const known = knownCaseKeys[place] ?? [];
      return issue.keys.map((key) => ({ path: [...issue.path, key], message: unknownKey(key, known) }));
    }),
  );
}
