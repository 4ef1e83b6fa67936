// SPDX-License-Identifier: Apache-2.0
/** Requirements of RubyGems, `~> 5.2.4, >= 5.2.4.3`; https://guides.rubygems.org/patterns/ and Gem::Requirement. */
import { versionOrder } from "#lib/versions/index.ts";
import type { VersionOrder } from "#lib/versions/index.ts";
import { inAll } from "./intervals.ts";
import type { Interval } from "./intervals.ts";
import { comparator, splitList } from "./requirements.ts";
import type { Notation } from "./requirements.ts";

/** @param ecosystem `gem`, or another whose versions are ordered as gems are */
export function gemNotation(ecosystem: string): Notation {
  const order = versionOrder(ecosystem);
  if (order === undefined) throw new Error(`the order of ${ecosystem} is missing`);
  return {
    ecosystem,
    order,
    read: (text) =>
      inAll(
        order,
        splitList(text).map((part) => requirement(order, part)),
      ),
  };
}

function requirement(order: VersionOrder, text: string): readonly Interval[] {
  if (!text.startsWith("~>")) return comparator(order, text);
  const version = text.slice(2).trim();
  const [from] = comparator(order, `>=${version}`);
  return [{ ...from, to: { version: bumped(version), side: "before", isMark: true } }];
}

/** Behind all that `~>` allows: the last number but one raised, words left off; `.a` is before its pre-releases. */
function bumped(version: string): string {
  const segments = version.replaceAll("-", ".pre.").match(/[0-9]+|[A-Za-z]+/g) ?? [];
  const word = segments.findIndex((segment) => !/^[0-9]/.test(segment));
  const numbers = word < 0 ? segments : segments.slice(0, word);
  const kept = numbers.length > 1 ? numbers.slice(0, -1) : numbers;
  const last = kept.at(-1) ?? "0";
  return [...kept.slice(0, -1), String(BigInt(last) + 1n), "a"].join(".");
}
