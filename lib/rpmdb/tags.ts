// SPDX-License-Identifier: Apache-2.0
/** Numbers of the header tags read here. https://rpm-software-management.github.io/rpm/manual/tags.html */

export const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  license: 1014,
  packager: 1015,
  arch: 1022,
  fileStates: 1029,
  fileModes: 1030,
  sourceRpm: 1044,
  provideName: 1047,
  requireName: 1049,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  modularityLabel: 5096,
} as const;

export type Tag = (typeof TAG)[keyof typeof TAG];
