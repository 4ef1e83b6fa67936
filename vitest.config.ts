// SPDX-License-Identifier: Apache-2.0
/**
 * Test projects: `unit` (fast, no network beyond loopback), `conformance` (truth from outside) and
 * `e2e` (real cluster, registry and processes; one file at a time).
 */
import { defineConfig } from "vitest/config";

const exclude = ["**/node_modules/**", "**/dist/**", "**/testdata/**"];

export default defineConfig({
  test: {
    pool: "forks",
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{lib,crds,engines,controllers,operator,webhook,observer,cli,hack}/**/*.test.ts"],
          exclude,
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: "conformance",
          include: ["test/conformance/**/*.test.ts"],
          exclude,
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.e2e.test.ts"],
          exclude,
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
