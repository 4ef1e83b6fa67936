// SPDX-License-Identifier: Apache-2.0
/** CISA's Known Exploited Vulnerabilities catalogue as JSON, https://www.cisa.gov/known-exploited-vulnerabilities-catalog. */
import { z } from "zod";
import { isCve } from "../identity.ts";
import type { Connector } from "../types.ts";
import { isObject, readShape } from "./shape.ts";

const catalogueShape = z.object({
  catalogVersion: z.string().max(64),
  vulnerabilities: z.array(z.unknown()).max(100_000),
});

export const kev: Connector = {
  id: "cisa/kev",
  recognizes: ({ value }) => isObject(value) && "catalogVersion" in value && "vulnerabilities" in value,
  normalize(document, reject) {
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
