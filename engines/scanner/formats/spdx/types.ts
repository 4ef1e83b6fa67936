// SPDX-License-Identifier: Apache-2.0
/** The part of SPDX 2.3 that our documents use. Source: https://spdx.github.io/spdx-spec/v2.3/ */

export interface Checksum<Algorithm extends "SHA1" | "SHA256" = "SHA256"> {
  readonly algorithm: Algorithm;
  readonly checksumValue: string;
}

export interface Annotation {
  readonly annotationDate: string;
  readonly annotationType: "OTHER";
  readonly annotator: string;
  readonly comment: string;
}

/** As the JSON schema spells them. */
export type Purpose =
  "APPLICATION" | "ARCHIVE" | "CONTAINER" | "FILE" | "FRAMEWORK" | "LIBRARY" | "OPERATING_SYSTEM";

export interface Package {
  readonly SPDXID: string;
  readonly name: string;
  readonly versionInfo?: string;
  readonly supplier: string;
  readonly downloadLocation: "NOASSERTION";
  readonly filesAnalyzed: false;
  readonly checksums?: readonly Checksum[];
  /** Where it was seen. */
  readonly sourceInfo?: string;
  readonly licenseConcluded: "NOASSERTION";
  readonly licenseDeclared: string;
  readonly copyrightText: "NOASSERTION";
  readonly description?: string;
  readonly externalRefs?: readonly {
    readonly referenceCategory: "PACKAGE-MANAGER";
    readonly referenceType: "purl";
    readonly referenceLocator: string;
  }[];
  readonly primaryPackagePurpose: Purpose;
  readonly annotations?: readonly Annotation[];
}

export interface Relationship {
  readonly spdxElementId: string;
  readonly relationshipType: "CONTAINS" | "DEPENDS_ON" | "DESCRIBES";
  readonly relatedSpdxElement: string;
}

export interface ExtractedLicense {
  readonly licenseId: string;
  readonly extractedText: string;
  readonly name: string;
}

export interface ExternalDocument {
  readonly externalDocumentId: string;
  readonly spdxDocument: string;
  readonly checksum: Checksum<"SHA1">;
}

export interface Spdx {
  readonly spdxVersion: "SPDX-2.3";
  readonly dataLicense: "CC0-1.0";
  readonly SPDXID: "SPDXRef-DOCUMENT";
  readonly name: string;
  readonly documentNamespace: string;
  readonly creationInfo: {
    readonly created: string;
    readonly creators: readonly string[];
    /** A reader with an older list does not know all ids. */
    readonly licenseListVersion: string;
  };
  readonly externalDocumentRefs?: readonly ExternalDocument[];
  readonly annotations: readonly Annotation[];
  readonly packages: readonly Package[];
  readonly hasExtractedLicensingInfos?: readonly ExtractedLicense[];
  readonly relationships: readonly Relationship[];
}
