// SPDX-License-Identifier: Apache-2.0
/**
 * EPSS probabilities as csv: FIRST's layout (`cve,epss,percentile` under a comment line; https://www.first.org/epss/data_stats)
 * and the same columns with semicolons and no header.
 */
import { documentInvalid } from "../errors.ts";
import { isCve } from "../identity.ts";
import type { Connector } from "../types.ts";

export const epss: Connector = {
  id: "first/epss",
  recognizes: ({ value }) =>
    typeof value === "string" &&
    /^(#[^\n]*\n)?(cve[,;]epss[,;]|CVE-\d{4}-\d{4,}[,;])/.test(value.slice(0, 2000)),
  normalize({ name, value }, reject) {
    if (typeof value !== "string")
      throw documentInvalid({ document: name, path: "$", reason: "expected csv text" });
    const scores = new Map<string, number>();
    let line = 0;
    for (let start = 0; start < value.length;) {
      const newline = value.indexOf("\n", start);
      const end = newline < 0 ? value.length : newline;
      const row = value.slice(start, end).trim();
      start = end + 1;
      line += 1;
      if (row === "" || row.startsWith("#") || /^cve[,;]epss/i.test(row)) continue;
      const [id = "", text = ""] = row.split(row.includes(";") ? ";" : ",", 2);
      const score = /^\d(\.\d{1,12})?([eE]-\d{1,2})?$/.test(text) ? Number(text) : NaN;
      if (isCve(id) && score >= 0 && score <= 1) scores.set(id, score);
      else reject(`line ${line}`, "expected a CVE id and a probability from 0 to 1");
    }
    return { epss: scores };
  },
};
