// SPDX-License-Identifier: Apache-2.0
/** `WWW-Authenticate` as registries send it: RFC 9110 section 11.6.1, and the Distribution token specification. */

export interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const MAX_HEADER = 16 * 1024;

/** Challenges in their order; what cannot be read is left out. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  const token = /\s*,?\s*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]*))?/gy;
  const text = header.slice(0, MAX_HEADER);
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [, name = "", value] = match;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: {} });
    else {
      const last = challenges.at(-1);
      if (last !== undefined) last.parameters[name.toLowerCase()] = unquote(value);
    }
  }
  return challenges;
}

/** The challenge to answer: a bearer token before a password. */
export function chooseChallenge(header: string): Challenge | undefined {
  const challenges = parseChallenges(header);
  return (
    challenges.find((one) => one.scheme === "bearer" && one.parameters["realm"] !== undefined) ??
    challenges.find((one) => one.scheme === "basic")
  );
}

function unquote(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
}
