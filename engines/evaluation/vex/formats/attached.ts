// SPDX-License-Identifier: Apache-2.0
/**
 * A document that is attached to an image speaks of that image and of what is in it: whoever may push to one repository need not
 * have a say about anything else.
 */
import { byText } from "#lib/compare.ts";
import { normalRepository } from "../match-image.ts";
import { readPurl } from "../product-purl.ts";
import type { AttachedImage, VexProduct, VexReading } from "../types.ts";
import { isBomLink } from "./cyclonedx-components.ts";
import { Place } from "./fault.ts";

const MAX_NAMED = 5;

/** With the image in the place of the products that it is, or that are parts of it; the others become one problem. */
export function onlyAttached(reading: VexReading, image: AttachedImage, name: string): VexReading {
  const foreign = new Set<string>();
  const whatIs = kindsOf(image);
  const own = [image.imageDigest];
  const claims = reading.claims.flatMap((claim) => {
    const products = claim.products.flatMap((product): readonly VexProduct[] => {
      const { ids, subcomponents } = product;
      const kinds = new Set(ids.map(whatIs));
      // A second name that is another image's makes it that.
      if (kinds.has("other") || !(kinds.has("image") || kinds.has("package"))) {
        foreign.add(ids[0] ?? "");
        return [];
      }
      if (kinds.has("image")) return [{ ids: own, subcomponents }];
      const packages = ids.filter((id) => whatIs(id) === "package");
      if (subcomponents.length > 0) return [{ ids: packages, subcomponents }];
      return [{ ids: own, subcomponents: [packages] }];
    });
    return products.length === 0 ? [] : [{ ...claim, products }];
  });
  if (foreign.size === 0) return { ...reading, claims };
  const shown = [...foreign]
    .sort(byText)
    .slice(0, MAX_NAMED)
    .map((id) => id.slice(0, 200));
  const more = foreign.size > MAX_NAMED ? ` and ${foreign.size - MAX_NAMED} more` : "";
  const reason = `it is not heard about ${shown.join(", ")}${more}, to which it is not attached`;
  return {
    ...reading,
    claims,
    problems: [...reading.problems, new Place(name).refuse(reason)],
    problemCount: reading.problemCount + 1,
  };
}

/** `other`: another image; `package`: what may be in the image; `unknown`: nothing that can be looked for in it. */
type Kind = "image" | "other" | "package" | "unknown";

/** What a name means beside an image to which it is attached; asked once of each name. */
function kindsOf(image: AttachedImage): (id: string) => Kind {
  const known = new Map<string, Kind>();
  return (id) => {
    let kind = known.get(id);
    if (kind === undefined) known.set(id, (kind = kindOf(id, image)));
    return kind;
  };
}

/**
 * The digest decides where there is one. Else the repository does, whatever the tag: what the document is attached to is one digest.
 * purl-spec: `pkg:oci/NAME@DIGEST?repository_url=`, `pkg:docker/NAMESPACE/NAME@TAG-OR-DIGEST?repository_url=`.
 */
function kindOf(id: string, { imageDigest, indexDigest, repository }: AttachedImage): Kind {
  const ofDigest = (digest: string): Kind =>
    digest === imageDigest || digest === indexDigest ? "image" : "other";
  const ofRepository = (name: string): Kind =>
    normalRepository(name) === normalRepository(repository) ? "image" : "other";
  if (isBomLink(id)) return "unknown";
  const [, digest] = /(?:^|@)(sha256:[0-9a-f]{64})$/.exec(id) ?? [];
  if (digest !== undefined) return ofDigest(digest);
  const purl = readPurl(id);
  if (purl === undefined) return "unknown";
  const { type, name, version, qualifiers } = purl;
  if (type !== "oci" && type !== "docker") return "package";
  if (version.startsWith("sha256:")) return ofDigest(version);
  const { repository_url: url } = qualifiers;
  if (type === "docker")
    return ofRepository(`${url ?? "docker.io"}/${name.includes("/") ? name : `library/${name}`}`);
  // Without a repository any of that name is meant, of which this is one.
  if (url === undefined)
    return name === repository.slice(repository.lastIndexOf("/") + 1) ? "image" : "other";
  return ofRepository(url) === "image" ? "image" : ofRepository(`${url}/${name}`);
}
