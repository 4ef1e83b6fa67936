// SPDX-License-Identifier: Apache-2.0
/** What a Maven group, artifact and version may look like. Source: Maven's model validation of ids and versions. */

export interface Coordinates {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

/** No repository has longer ones. */
const MAX_TEXT = 300;
const ID = /^[\w.-]+$/;
const VERSION = /^[^\s\\/:"<>|?*[\](){},$@#;=\p{Cc}]+$/u;

export const isId = (text: string): boolean => text.length <= MAX_TEXT && ID.test(text);

/** False also of a placeholder that a build left in: `${revision}`, `@version@`, `unspecified`. */
export const isVersion = (text: string): boolean =>
  text.length <= MAX_TEXT && VERSION.test(text) && text !== "unspecified";

/** Undefined unless all three are literal. */
export function coordinates(
  group: string | undefined,
  artifact: string | undefined,
  version: string | undefined,
): Coordinates | undefined {
  if (group === undefined || artifact === undefined || version === undefined) return undefined;
  return isId(group) && isId(artifact) && isVersion(version) ? { group, artifact, version } : undefined;
}
