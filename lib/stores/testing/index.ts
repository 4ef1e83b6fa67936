// SPDX-License-Identifier: Apache-2.0
/** The contract suites. An adapter's test calls the one of its port with a factory; nothing here knows an adapter. */
export { describeCatalogContract } from "./catalog-contract.ts";
export { describeObjectStoreContract } from "./object-store-contract.ts";
export { describeQueueContract } from "./queue-contract.ts";
