// SPDX-License-Identifier: Apache-2.0
/** CISA's Known Exploited Vulnerabilities catalogue as JSON or csv, https://www.cisa.gov/known-exploited-vulnerabilities-catalog. */
import { z } from "zod";
import { isCve } from "../identity.ts";
import type { Connector, Reject } from "../types.ts";
import { isObject, readShape } from "./shape.ts";

const catalogueShape = z.object({
  catalogVersion: z.string().max(64),
  vulnerabilities: z.array(z.unknown()).max(100_000),
});

const CSV_HEAD = /^"?cveID"?,"?vendorProject"?,/;

export const kev: Connector = {
  id: "cisa/kev",
  recognizes: ({ value }) =>
    typeof value === "string"
      ? CSV_HEAD.test(value.slice(0, 100))
      : isObject(value) && "catalogVersion" in value && "vulnerabilities" in value,
  normalize(document, reject) {
    if (typeof document.value === "string") return { exploited: idsOfCsv(document.value, reject) };
    const { vulnerabilities } = readShape(catalogueShape, document);
    const exploited = vulnerabilities.flatMap((entry, index) => {
      const id = isObject(entry) ? entry["cveID"] : undefined;
      if (typeof id === "string" && isCve(id)) return [id];
      reject(`$.vulnerabilities[${index}].cveID`, "not a CVE id");
      return [];
    });
    return { exploited };
  },
};

/** The CVE is in the first column; a field in quotes may hold line ends. */
function idsOfCsv(text: string, reject: Reject): readonly string[] {
  const ids: string[] = [];
  let number = 0;
  let isInField = false;
  for (const line of text.split("\n")) {
    number += 1;
    const isRow = !isInField && line.trim() !== "" && !CSV_HEAD.test(line);
    if (line.split('"').length % 2 === 0) isInField = !isInField;
    if (!isRow) continue;
    const id = /^"?(CVE-\d{4}-\d{4,19})"?,/.exec(line)?.[1];
    if (id === undefined) reject(`line ${number}`, "expected a CVE id in the first column");
    else ids.push(id);
  }
  return ids;
}
