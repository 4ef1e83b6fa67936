// SPDX-License-Identifier: Apache-2.0
/** `metadata.json` beside Trivy's database (trivy-db, pkg/metadata). The database itself knows no time. */

export const TRIVY_DB_VERSION = 2;

/** RFC 3339. */
export interface TrivyDbTimes {
  readonly updatedAt: string;
  /** When Trivy begins to look for a newer one, where it may. */
  readonly nextUpdate: string;
  readonly downloadedAt: string;
}

export function trivyMetadata({ updatedAt, nextUpdate, downloadedAt }: TrivyDbTimes): string {
  const metadata = {
    Version: TRIVY_DB_VERSION,
    NextUpdate: nextUpdate,
    UpdatedAt: updatedAt,
    DownloadedAt: downloadedAt,
  };
  return `${JSON.stringify(metadata)}\n`;
}
