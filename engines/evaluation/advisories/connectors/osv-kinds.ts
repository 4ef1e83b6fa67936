// SPDX-License-Identifier: Apache-2.0
/** What an OSV record is about: which flaws, none at all, or a package that is itself the harm. */
import { isCve } from "../identity.ts";
import { isObject } from "./shape.ts";

interface OsvNames {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly upstream: readonly string[];
  readonly related: readonly string[];
}

interface OsvMarks {
  readonly database_specific?: unknown;
}

/** AlmaLinux's and Rocky Linux's updates. */
const DISTRO_UPDATE = /^(?:ALSA|ALBA|ALEA|RLSA|RLBA|RLEA|RXSA)-/;
/** Updates that mend bugs or bring features, of all who number them as Red Hat does. */
const NO_SECURITY_UPDATE = /^(?:AL|EL|RH|RL)(?:BA|EA)-/;
const MALWARE_MARKS = ["malicious-packages-origins", "leitwacht"];

/**
 * The record's names. `UBUNTU-CVE-2024-1234`, `DEBIAN-CVE-...` are the distro's view of the CVE in their name, and `upstream`
 * names the flaws that a distro's record is about. AlmaLinux and Rocky Linux have no better place for the CVEs that an update
 * mends than `related`, which elsewhere means other flaws.
 */
export function namesOf({ id, aliases, upstream, related }: OsvNames): readonly string[] {
  const mended = DISTRO_UPDATE.test(id) ? related.filter(isCve) : [];
  return [id, ...aliases, ...upstream, ...mended].flatMap((name) => {
    const named = /^[A-Z]+-(CVE-\d{4}-\d{4,})$/.exec(name)?.[1];
    return named === undefined ? [name] : [name, named];
  });
}

/** Updates that are no security updates and name no CVE, and what RustSec only warns of (see `rustsec.ts`). */
export function namesNoFlaw(record: OsvNames & { readonly affected: readonly OsvMarks[] }): boolean {
  if (NO_SECURITY_UPDATE.test(record.id)) return !namesOf(record).some(isCve);
  return record.affected.some(({ database_specific: own }) => {
    const word = isObject(own) ? own["informational"] : undefined;
    return word === "unmaintained" || word === "notice";
  });
}

/** OSSF's malicious-packages (`MAL-`), and Leitwacht's database. */
export function isAboutMalware({ id, database_specific: own }: Pick<OsvNames, "id"> & OsvMarks): boolean {
  return id.startsWith("MAL-") || (isObject(own) && MALWARE_MARKS.some((mark) => Object.hasOwn(own, mark)));
}
