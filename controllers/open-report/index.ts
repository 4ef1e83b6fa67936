// SPDX-License-Identifier: Apache-2.0
/** The answer of a Report in the shape of OpenReports, for dashboards that read those of any tool. */
export { openReportOf } from "./open-report.ts";
export { openReportKinds, pickOpenReports } from "./kinds.ts";
export type { OpenReport, OpenReportKind } from "./kinds.ts";
