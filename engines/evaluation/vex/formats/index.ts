// SPDX-License-Identifier: Apache-2.0
/** A VEX document in any of the formats that are read, recognized by what it says of itself, to its claims. */
import { isCsaf } from "../../csaf/read-csaf.ts";
import type { VexDocument, VexFormat, VexReading } from "../types.ts";
import { readCsafVex } from "./csaf.ts";
import { isCycloneDx, readCycloneDxVex } from "./cyclonedx.ts";
import { isObject, Place } from "./fault.ts";
import type { Json } from "./fault.ts";
import { onlyAttached } from "./attached.ts";
import { onlyListed } from "./listed.ts";
import { isOpenVex, readOpenVex } from "./openvex.ts";
import { readJsonObject } from "./read-json.ts";

interface Reader {
  readonly format: VexFormat;
  readonly recognizes: (document: Json) => boolean;
  readonly read: (document: Json, name: string) => VexReading;
}

const READERS: readonly Reader[] = [
  { format: "openvex", recognizes: isOpenVex, read: readOpenVex },
  { format: "csaf", recognizes: isCsaf, read: readCsafVex },
  { format: "cyclonedx", recognizes: isCycloneDx, read: readCycloneDxVex },
];

/**
 * @param only the format that the source is said to have; absent: any
 * @throws VEX_DOCUMENT_INVALID when the document as a whole cannot be read
 */
export function readVexDocument(
  { bytes, name, listedFor, attachedTo }: Pick<VexDocument, "bytes" | "name" | "listedFor" | "attachedTo">,
  only?: VexFormat,
): VexReading {
  const document = readJsonObject(bytes, name);
  const reader = READERS.find(({ recognizes }) => recognizes(document));
  const place = new Place(name);
  if (reader === undefined)
    throw place.refuse("it is no OpenVEX (https://openvex.dev/ns), CSAF or CycloneDX document");
  if (only !== undefined && reader.format !== only)
    throw place.refuse(`it is a document of ${reader.format}, and the source is said to have ${only}`);
  const reading = reader.read(document, name);
  const heard = listedFor === undefined ? reading : onlyListed(reading, listedFor, name);
  return attachedTo === undefined ? heard : onlyAttached(heard, attachedTo, name);
}

/** Whether it is a document that states anything: a CycloneDX BOM without analyses is an SBOM. */
export function isVex(document: Json): boolean {
  if (!isCycloneDx(document)) return READERS.some(({ recognizes }) => recognizes(document));
  const { vulnerabilities } = document;
  return (
    Array.isArray(vulnerabilities) &&
    vulnerabilities.some((one) => isObject(one) && isObject(one["analysis"]))
  );
}
