// SPDX-License-Identifier: Apache-2.0
/**
 * Is the platform that a vendor names by its CPE this image's distro? Then what is said of a package in it is said of the image's
 * package. Of packages of distros only: Red Hat Enterprise Linux is not the product that an npm package in such an image is part of.
 */
import type { Sbom } from "#engines/scanner/index.ts";
import { distroRelease } from "../advisories/distros.ts";
import { platformOfCpe } from "../csaf/platform.ts";
import { isCpe } from "./formats/names.ts";
import type { ProductPurl } from "./product-purl.ts";
import type { VexStatement } from "./types.ts";

const DISTRO_TYPES: ReadonlySet<string> = new Set(["apk", "deb", "rpm"]);

/** Of statements with a subcomponent that names the package. */
export function platformMatcher(
  { distro }: Sbom,
  purlOf: (text: string) => ProductPurl | undefined,
): (statement: VexStatement, component: ProductPurl) => boolean {
  const release = distro === undefined ? undefined : distroRelease(distro);
  return ({ product, subcomponent = [] }, component) => {
    if (release === undefined || !DISTRO_TYPES.has(component.type)) return false;
    const isPinned = subcomponent.some((id) => (purlOf(id)?.version ?? "") !== "");
    return product.some((id) => {
      const platform = isCpe(id) ? platformOfCpe(id) : undefined;
      return platform?.release === release && (platform.isExtended !== true || isPinned);
    });
  };
}
