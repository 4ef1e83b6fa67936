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
  [
    "MIT",
    ["MIT License", "The MIT License", "The MIT License (MIT)"],
    ["MIT No Attribution License (MIT-0)"],
  ],
  ["MIT License", ["MIT License"], ["MIT", "The MIT License"]],
  [
    "Apache-2.0",
    [
      "Apache License 2.0",
      "Apache License, Version 2.0",
      "The Apache Software License, Version 2.0",
      "Apache License v2.0",
      "Apache 2.0",
      "Apache-2.0 License",
    ],
    ["Apache Software License", "Apache License", "Apache License, Version 1.1", "Apache 2.0 or MIT"],
  ],
  ["BSD-*", [], ["BSD License"]],
  ["ISC", ["ISC License (ISCL)"], ["ISC License (ISCL) and more"]],
  ["MPL-2.0", ["Mozilla Public License 2.0 (MPL 2.0)"], ["Mozilla Public License 1.1 (MPL 1.1)"]],
  ["PSF-2.0", ["Python Software Foundation License"], ["Python License (CNRI Python License)"]],
  ["Unlicense", ["The Unlicense (Unlicense)"], []],
  [
    "GPL-3.0-only",
    ["GNU General Public License v3 (GPLv3)"],
    [
      "GNU General Public License v3 or later (GPLv3+)",
      "GNU General Public License (GPL)",
      "GNU Lesser General Public License v3 (LGPLv3)",
    ],
  ],
  ["GPL-3.0-or-later", ["GNU General Public License v3 or later (GPLv3+)"], []],
  [
    "AGPL-*",
    ["GNU Affero General Public License v3", "GNU Affero General Public License v3 or later (AGPLv3+)"],
    ["GNU General Public License v3 (GPLv3)"],
  ],
  ["NOASSERTION", ["NOASSERTION"], ["NONE"]],
])("%s", (pattern, matches, others) => {
  const isMeant = licenseMatcher([pattern]);
  expect(matches.filter((license) => !isMeant(license))).toEqual([]);
  expect(others.filter(isMeant)).toEqual([]);
});
