// SPDX-License-Identifier: Apache-2.0
// The directions imports may take (docs/adr/0001-layout.md). CI fails on any other.
const only = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: `^${from}/` },
  to: {
    path: "^(operator|crds|controllers|engines|webhook|observer|cli|ui|hack|test)/",
    pathNot: `^(${[from, ...allowed].join("|")})/`,
  },
});
const notTests = "\\.test\\.ts$|/testing/";
const rule = (name, from, allowed) => {
  const made = only(name, from, allowed);
  made.from.pathNot = notTests;
  return made;
};
module.exports = {
  forbidden: [
    rule("lib-imports-nothing-of-ours", "lib", []),
    rule("crds-import-nothing-of-ours", "crds", []),
    {
      name: "crds-not-lib",
      severity: "error",
      from: { path: "^crds/", pathNot: notTests },
      to: { path: "^lib/" },
    },
    rule("engines-import-lib", "engines", []),
    rule("controllers-import-engines-crds", "controllers", ["engines", "crds"]),
    rule("webhook-imports-engines-crds", "webhook", ["engines", "crds"]),
    rule("observer-imports-engines", "observer", ["engines"]),
    rule("cli-imports-engines-crds", "cli", ["engines", "crds", "operator"]),
    rule("operator-imports-product", "operator", ["controllers", "engines", "crds", "webhook", "observer"]),
    {
      name: "engines-by-index-only",
      comment: "or by a list of names, which a command's help needs without the code behind it",
      severity: "error",
      from: { pathNot: "^(engines|test|hack)/" },
      to: {
        path: "^engines/",
        pathNot: "/index\\.ts$|/connector-ids\\.ts$|/layout-ids\\.ts$|/adapters/|/testing/",
      },
    },
    {
      name: "scanner-imports-no-other-engine",
      severity: "error",
      from: { path: "^engines/scanner/" },
      to: { path: "^engines/(evaluation|signing|scheduling|notify)/" },
    },
    {
      name: "evaluation-imports-scanner-only",
      severity: "error",
      from: { path: "^engines/evaluation/" },
      to: { path: "^engines/(signing|scheduling|notify)/" },
    },
    {
      name: "adapters-are-built-in-operator-and-cli",
      severity: "error",
      from: { path: "^(controllers|webhook|lib|crds)/", pathNot: `${notTests}|^lib/stores/` },
      to: { path: "^lib/stores/(sqlite|folder)|^engines/.*/adapters/" },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "testdata|node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".js"],
    },
  },
};
