// SPDX-License-Identifier: Apache-2.0
/** Which pattern names which licence. */
import { expect, it } from "vitest";
import { licenseMatcher } from "./license-names.ts";

it.each<[pattern: string, matches: readonly string[], others: readonly string[]]>([
  ["MIT", ["MIT", "mit", "Expat"], ["MIT-0", "ISC"]],
  ["BSD-3-Clause", ["BSD-3-clause"], ["BSD-4-clause"]],
  ["GPL-3.0*", ["GPL-3.0", "GPL-3.0-or-later", "GPL-3+", "GPLv3", "GPLv3+"], ["LGPL-3.0", "GPL-2.0", "GPL"]],
  ["GPL-2.0-only", ["GPL-2.0", "GPL-2", "GPLv2", "GPL-2.0-only WITH Classpath-exception-2.0"], ["GPL-2+"]],
  ["GPL-2.0-or-later", ["GPL-2.0+", "GPL-2+", "GPLv2+"], ["GPL-2.0"]],
  ["GPL-2.0", ["GPL-2.0-only", "GPL-2"], ["GPL-2.0+", "GPL-2.0-or-later"]],
  ["LGPL-2.1*", ["LGPL-2.1+", "LGPLv2.1+"], ["LGPL-2+"]],
  ["Apache-2.0", ["Apache-2", "Apache-2.0+", "Apache-2.0 WITH LLVM-exception"], ["ASL 2.0"]],
  [
    "GPL-2.0* WITH *",
    ["GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2+ WITH Autoconf exception"],
    ["GPL-2.0"],
  ],
  ["* with classpath-exception-*", ["GPL-2.0-only WITH Classpath-exception-2.0"], ["MIT"]],
  ["NOASSERTION", ["NOASSERTION"], ["NONE"]],
])("%s", (pattern, matches, others) => {
  const isMeant = licenseMatcher([pattern]);
  expect(matches.filter((license) => !isMeant(license))).toEqual([]);
  expect(others.filter(isMeant)).toEqual([]);
});
