// SPDX-License-Identifier: Apache-2.0
/** What tells one state of a resource from another: RFC 9110 sections 8.8 (validators) and 13.1 (conditions). */

type Headers = Readonly<Record<string, string>>;

/** As the server gave them. */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** No ETag or date that is meant to be sent back is longer. */
const MAX_LENGTH = 1024;

export function validatorsOf(headers: Headers): Validators {
  const [etag, lastModified] = [headers["etag"], headers["last-modified"]];
  return {
    ...(etag === undefined || etag.length > MAX_LENGTH ? {} : { etag }),
    ...(lastModified === undefined || lastModified.length > MAX_LENGTH ? {} : { lastModified }),
  };
}

/** Headers of a request that is answered in full only where the resource is no longer what is known. */
export function conditionsOf(known: Validators | undefined): Headers {
  return {
    ...(known?.etag === undefined ? {} : { "if-none-match": known.etag }),
    ...(known?.lastModified === undefined ? {} : { "if-modified-since": known.lastModified }),
  };
}

/**
 * What If-Range can name: a strong ETag, else a date that is strong because the answer is younger (section 8.8.2.2).
 * Undefined: a part of the resource can't be asked for without mixing two states of it.
 */
export function vouchedBy(headers: Headers): string | undefined {
  const { etag, lastModified } = validatorsOf(headers);
  if (etag !== undefined) return etag.startsWith('"') ? etag : undefined;
  const age = Date.parse(headers["date"] ?? "") - Date.parse(lastModified ?? "");
  return age >= 1000 ? lastModified : undefined;
}
