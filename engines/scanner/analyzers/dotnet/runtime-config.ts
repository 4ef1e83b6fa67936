// SPDX-License-Identifier: Apache-2.0
/**
 * Frameworks that a self-contained .NET application brings along, from its .runtimeconfig.json.
 * Source: https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md
 */
import type { PackageFact, Reading } from "../../facts.ts";
import { listOf, objectOf, parseJson, textOf } from "../../json-document.ts";

const MAX_TEXT = 300;
/** There are three kinds of framework. */
const MAX_FRAMEWORKS = 100;

/** `framework` and `frameworks` are wishes that an installed framework has to meet: no facts about what is there. */
export function includedFrameworks(path: string, text: string): Reading | undefined {
  const options = objectOf(objectOf(parseJson(text, path))["runtimeOptions"]);
  const listed = listOf(options["includedFrameworks"]).slice(0, MAX_FRAMEWORKS);
  const packages = listed.flatMap((item): PackageFact[] => {
    const framework = objectOf(item);
    const [name, version] = [textOf(framework["name"], MAX_TEXT), textOf(framework["version"], MAX_TEXT)];
    return name === undefined || version === undefined ? [] : [{ type: "nuget", name, version }];
  });
  return packages.length === 0 ? undefined : { packages };
}
