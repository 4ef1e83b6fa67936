// SPDX-License-Identifier: Apache-2.0
/** A policy `team.yaml` has its test cases beside it in `team.test.yaml`. */

const CASES = /\.test(\.ya?ml)$/;

export const isCasesFile = (file: string): boolean => CASES.test(file);

export const casesOf = (policy: string): string =>
  policy.replace(/(?:\.ya?ml)?$/, (ending) => `.test${ending || ".yaml"}`);

export const policyOf = (cases: string): string => cases.replace(CASES, "$1");
