// SPDX-License-Identifier: Apache-2.0
/**
 * The BOM-Index of many images: for each purl the images that have it, and those whose entry program uses it.
 * Form: docs/formats/bom-index.md, "Merged index".
 */
import type { ImageDigest } from "#lib/digest.ts";
import { corrupt } from "./errors.ts";
import { decodeFile, digestAt, type IndexFile } from "./file.ts";
import { forEachInRoaring } from "./roaring.ts";

/**
 * Which of the images that have a package are asked for. `used`: those whose entry program is known to use it;
 * `used-or-unknown`: also those whose entry program is not known. Not being used is never proof of not being affected.
 */
export type UsageFilter = "any" | "used" | "used-or-unknown";

export class MergedBomIndex {
  /** Number of images. */
  readonly size: number;
  readonly #file: IndexFile;

  /** @throws BOM_INDEX_CORRUPT, BOM_INDEX_VERSION_UNKNOWN */
  constructor(bytes: Uint8Array, { isVerified = false }: { isVerified?: boolean } = {}) {
    this.#file = decodeFile("merged", bytes, isVerified);
    this.size = this.#file.digests.length / 32;
    if (this.#file.bitmaps !== 2 * this.#file.purls.rows + 2) throw corrupt("another number of bitmaps");
  }

  /** Sorted. */
  images(): ImageDigest[] {
    return Array.from({ length: this.size }, (_, position) => this.imageAt(position));
  }

  imageAt(position: number): ImageDigest {
    return digestAt(this.#file.digests, position) as ImageDigest;
  }

  purls(): Generator<string, void> {
    return this.#file.purls.rowsInOrder();
  }

  /** Positions of images that have the purl of a row. @throws BOM_INDEX_CORRUPT */
  forEachHolder(row: number, visit: (position: number) => void): void {
    this.#forEach(2 * row, visit);
  }

  /** Positions of images whose entry program uses it. */
  forEachUser(row: number, visit: (position: number) => void): void {
    this.#forEach(2 * row + 1, visit);
  }

  /** Positions of images whose SBOM was made with omissions. */
  forEachPartial(visit: (position: number) => void): void {
    this.#forEach(2 * this.#file.purls.rows, visit);
  }

  /** Positions of images whose entry program is known. */
  forEachTraced(visit: (position: number) => void): void {
    this.#forEach(2 * this.#file.purls.rows + 1, visit);
  }

  /**
   * Images that have any of the packages, sorted. A purl without a version stands for all versions, one without
   * qualifiers for all qualifiers; purls are canonical. @throws BOM_INDEX_CORRUPT
   */
  imagesWith(purls: Iterable<string>, usage: UsageFilter = "any"): ImageDigest[] {
    const found = new Uint8Array(this.size);
    const mark = (position: number): void => void (found[position] = 1);
    const traced = new Uint8Array(usage === "used-or-unknown" ? this.size : 0);
    if (usage === "used-or-unknown") this.forEachTraced((position) => void (traced[position] = 1));
    for (const row of this.rowsWith(purls)) {
      if (usage === "any") this.forEachHolder(row, mark);
      else this.forEachUser(row, mark);
      if (usage === "used-or-unknown")
        this.forEachHolder(row, (position) => traced[position] || mark(position));
    }
    const images: ImageDigest[] = [];
    for (let position = 0; position < this.size; position++) {
      if (found[position]) images.push(this.imageAt(position));
    }
    return images;
  }

  /** Rows of the packages, as `imagesWith` understands them. @throws BOM_INDEX_CORRUPT */
  rowsWith(purls: Iterable<string>): Set<number> {
    const rows = new Set<number>();
    for (const purl of purls) this.forEachRowOf(purl, (_, row) => rows.add(row));
    return rows;
  }

  /** Rows of one package, as `imagesWith` understands it, with their whole purls. @throws BOM_INDEX_CORRUPT */
  forEachRowOf(purl: string, visit: (purl: string, row: number) => void): void {
    this.#forEachInRun(purl, "", (rest) => rest === "" || rest.startsWith("#"), visit);
    if (purl.includes("?") || purl.includes("#")) return;
    // `?` and `@` are neighbours; other packages may stand between them and the purl itself.
    const isUnversioned = !purl.includes("@");
    const isOfPurl = (rest: string): boolean =>
      rest.startsWith("?") || (isUnversioned && rest.startsWith("@"));
    this.#forEachInRun(purl, "?", isOfPurl, visit);
  }

  /** Rows of purls that begin so, in order. @throws BOM_INDEX_CORRUPT */
  forEachRowFrom(prefix: string, visit: (purl: string, row: number) => void): void {
    this.#forEachInRun(prefix, "", () => true, visit);
  }

  /** First parts of the paths of a type's purls, sorted: `debian` of `pkg:deb/debian/libc6`. @throws BOM_INDEX_CORRUPT */
  namespacesOf(type: string): readonly string[] {
    const { purls } = this.#file;
    const prefix = `pkg:${type}/`;
    const found: string[] = [];
    let from = prefix;
    for (;;) {
      let next: string | undefined;
      purls.forEachFrom(purls.lowerBound(from), (purl) => {
        if (purl.startsWith(prefix)) next = purl;
        return false;
      });
      if (next === undefined) return found;
      const slash = next.indexOf("/", prefix.length);
      const namespace = next.slice(prefix.length, slash < 0 ? undefined : slash);
      if (slash >= 0) found.push(decodeURIComponent(namespace));
      // Behind all that has this namespace: `0` is the letter after `/`.
      from = `${prefix}${slash < 0 ? `${namespace}\u007f` : `${namespace}0`}`;
    }
  }

  /** Rows in a run that begins behind the purl with some letter. */
  #forEachInRun(
    purl: string,
    from: string,
    isOfPurl: (rest: string) => boolean,
    visit: (purl: string, row: number) => void,
  ): void {
    const { purls } = this.#file;
    purls.forEachFrom(purls.lowerBound(purl + from), (candidate, row) => {
      if (!candidate.startsWith(purl) || !isOfPurl(candidate.slice(purl.length))) return false;
      visit(candidate, row);
      return true;
    });
  }

  #forEach(bitmap: number, visit: (position: number) => void): void {
    forEachInRoaring(this.#file.bitmap(bitmap), this.size, visit);
  }
}
