// SPDX-License-Identifier: Apache-2.0
/** The text of docs/comparison.md. */
import { expect, it } from "vitest";
import type { Found } from "./components.ts";
import { comparisonReport } from "./report.ts";

const npm = (name: string, version: string, paths: readonly string[] = []): Found => ({
  type: "npm",
  name,
  version,
  paths,
});

it("has a table of counts, explained differences as examples, and all that is unexplained or missed", () => {
  const truth = [npm("a", "1"), npm("b", "1"), npm("c", "1")];
  const ours = [npm("a", "1"), npm("odd", "9", ["odd/package.json"])];
  const peer = [
    npm("a", "1"),
    npm("b", "1", ["b/package.json"]),
    ...[1, 2, 3, 4, 5].map((n) => npm(`fixture${n}`, "0", [`node_modules/x/test/${n}/package.json`])),
  ];
  const text = comparisonReport(
    [{ name: "app", title: "an app", tools: "npm ls", truth, ours, peers: new Map([["syft", peer]]) }],
    new Map([["syft", "v1"]]),
  );
  expect(text.slice(text.indexOf("| image | type"))).toBe(`| image | type | truth | StellaOps | syft |
| --- | --- | ---: | ---: | ---: |
| app | npm | 3 | 2 (2, 1) | 7 (1, 5) |

## Differences

### app

syft:

- only syft, 1: **WE MISS IT: the package managers' tools list it**: \`npm b 1\` in b/package.json
- only StellaOps, 1: **UNEXPLAINED**: \`npm odd 9\` in odd/package.json
- only syft, 5: test data inside another package: it cannot be loaded as a package, and nothing installed it: \
\`npm fixture1 0\` in node_modules/x/test/1/package.json, \`npm fixture2 0\` in node_modules/x/test/2/package.json, \
\`npm fixture3 0\` in node_modules/x/test/3/package.json, and 2 more

**Not found by StellaOps:** \`npm b 1\`, \`npm c 1\`
`);
});
