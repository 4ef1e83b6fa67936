// SPDX-License-Identifier: Apache-2.0
/**
 * A CycloneDX document as Protobuf: message `Bom` of package `cyclonedx.v1_6`, the same facts as the JSON.
 * Source of the field numbers: CycloneDX specification 1.6, schema `bom-1.6.proto`. No packed field is among ours.
 */
import { ProtoWriter } from "../proto-writer.ts";
import { instantOf } from "../timestamp.ts";
import type {
  Composition,
  CycloneDx,
  Dependency,
  ExternalReference,
  Hash,
  Occurrence,
  Part,
  PartType,
  Property,
  Supplier,
} from "./types.ts";

const CLASSIFICATION: Readonly<Record<PartType, number>> = {
  application: 1,
  framework: 2,
  library: 3,
  "operating-system": 4,
  file: 6,
  container: 7,
};
const HASH_ALG_SHA_256 = 3;
const EXTERNAL_REFERENCE_TYPE_BOM = 5;
const AGGREGATE = { complete: 1, incomplete: 2 } as const;
/** `EvidenceOccurrences.offset` is an int32: a place behind 2 GiB has a location and no offset. */
const MAX_INT32 = 0x7fffffff;

/** Same document, same bytes: fields in ascending order of their numbers. */
export function cycloneDxProtobuf(bom: CycloneDx): Uint8Array {
  const writer = new ProtoWriter();
  writer.plainString(1, bom.specVersion);
  writer.int(2, bom.version);
  writer.string(3, bom.serialNumber);
  writer.message(4, (inner) => writeMetadata(inner, bom.metadata));
  writer.messages(5, bom.components, writePart);
  writer.messages(7, bom.externalReferences, writeReference);
  writer.messages(8, bom.dependencies, writeDependency);
  writer.messages(9, bom.compositions, writeComposition);
  return writer.bytes();
}

function writeMetadata(writer: ProtoWriter, metadata: CycloneDx["metadata"]): void {
  const { timestamp, tools, component, properties } = metadata;
  const instant = timestamp === undefined ? undefined : instantOf(timestamp);
  if (instant) {
    writer.message(1, (inner) => {
      inner.plainInt(1, instant.seconds);
      inner.plainInt(2, instant.nanos);
    });
  }
  writer.message(2, (inner) => inner.messages(6, tools.components, writePart));
  writer.message(4, (inner) => writePart(inner, component));
  writer.messages(8, properties, writeProperty);
}

function writePart(writer: ProtoWriter, part: Part): void {
  writer.plainInt(1, CLASSIFICATION[part.type]);
  writer.string(3, part["bom-ref"]);
  const { supplier } = part;
  if (supplier) writer.message(4, (inner) => writeSupplier(inner, supplier));
  writer.string(7, part.group);
  writer.plainString(8, part.name);
  writer.plainString(9, part.version);
  writer.string(10, part.description);
  writer.messages(12, part.hashes, writeHash);
  writer.messages<LicenseChoice>(13, part.licenses, writeLicense);
  writer.string(16, part.purl);
  writer.messages(22, part.properties, writeProperty);
  const { evidence } = part;
  if (evidence) writer.message(23, (inner) => inner.messages(4, evidence.occurrences, writeOccurrence));
}

function writeSupplier(writer: ProtoWriter, { name, contact }: Supplier): void {
  writer.string(1, name);
  writer.messages(3, contact, (inner, { email }) => inner.string(2, email));
}

function writeHash(writer: ProtoWriter, { content }: Hash): void {
  writer.plainInt(1, HASH_ALG_SHA_256);
  writer.plainString(2, content);
}

type LicenseChoice = NonNullable<Part["licenses"]>[number];

function writeLicense(writer: ProtoWriter, choice: LicenseChoice): void {
  if ("expression" in choice) {
    writer.string(2, choice.expression);
    return;
  }
  const { license } = choice;
  writer.message(1, (inner) => {
    if ("id" in license) inner.string(1, license.id);
    else inner.string(2, license.name);
  });
}

function writeOccurrence(writer: ProtoWriter, { location, line, offset }: Occurrence): void {
  writer.plainString(2, location);
  writer.int(3, inInt32(line));
  writer.int(4, inInt32(offset));
}

const inInt32 = (value: number | undefined): number | undefined =>
  value !== undefined && value <= MAX_INT32 ? value : undefined;

function writeProperty(writer: ProtoWriter, { name, value }: Property): void {
  writer.plainString(1, name);
  writer.string(2, value);
}

function writeReference(writer: ProtoWriter, { url, comment, hashes }: ExternalReference): void {
  writer.plainInt(1, EXTERNAL_REFERENCE_TYPE_BOM);
  writer.plainString(2, url);
  writer.string(3, comment);
  writer.messages(4, hashes, writeHash);
}

function writeDependency(writer: ProtoWriter, { ref, dependsOn }: Dependency): void {
  writer.plainString(1, ref);
  writer.messages(2, dependsOn, (inner, required) => inner.plainString(1, required));
}

function writeComposition(writer: ProtoWriter, { aggregate, assemblies }: Composition): void {
  writer.plainInt(1, AGGREGATE[aggregate]);
  writer.strings(2, assemblies);
}
