// SPDX-License-Identifier: Apache-2.0
/**
 * Says which packages could not be had when a package manager fails.
 */
import { messageOf } from "#lib/errors.ts";
import { imageErrors } from "../errors.ts";

/** @throws IMAGE_PACKAGES_UNAVAILABLE with the package manager's own last words */
export async function fromRegistry<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw imageErrors.make(
      "IMAGE_PACKAGES_UNAVAILABLE",
      `the demo images need ${what}, which could not be had:\n${messageOf(cause)}`,
      { cause },
    );
  }
}
