// SPDX-License-Identifier: Apache-2.0
/** What can go wrong between a URL and its bytes. */
import { defineErrors } from "../errors.ts";

export const httpErrors = defineErrors("http", {
  /** No connection, one that broke too often, or an answer that is none; also a redirect that is refused. */
  HTTP_UNAVAILABLE: "unavailable",
  /** The server limits the rate, and asks for a longer pause than is waited. */
  HTTP_THROTTLED: "exhausted",
  HTTP_DENIED: "denied",
  HTTP_MISSING: "missing",
  /** Over the caller's limit, as it came or once its content coding is off. Nothing of it is kept. */
  HTTP_TOO_LARGE: "invalid",
  /** What came is not what the server said of it: length, digest, content coding. */
  HTTP_DAMAGED: "unavailable",
  /** The folder for downloads cannot be written, or its disk is full. */
  DOWNLOAD_UNWRITABLE: "unavailable",
});

/** A URL for messages: without query and login, which may be secret. */
export const urlText = (url: URL): string => `${url.origin}${url.pathname}`;
