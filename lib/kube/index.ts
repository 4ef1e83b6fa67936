// SPDX-License-Identifier: Apache-2.0
/**
 * The Kubernetes runtime: client, local stores, work queue, controllers, leader election, apply, conditions and
 * events. See README.md for what each part guarantees.
 */
export { createApplier, type Applied, type Applier, type ApplierOptions } from "./applier.ts";
export type {
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  KubeClient,
  ListOptions,
  ListPage,
  Selection,
  WatchOptions,
  WriteOptions,
} from "./client.ts";
export { setConditions, type Condition, type ConditionInput, type StoredCondition } from "./conditions.ts";
export {
  runController,
  source,
  type Controller,
  type ControllerOptions,
  type Reconciled,
  type ReconcileFact,
  type ReconcileResult,
  type Source,
} from "./controller.ts";
export {
  defaultCredentials,
  kubeconfigCredentials,
  type Credentials,
  type CredentialSource,
  type KubeconfigOptions,
} from "./credentials.ts";
export { isAlreadyExists, kubeErrors } from "./errors.ts";
export {
  createEventRecorder,
  type EventInput,
  type EventRecorder,
  type EventRecorderOptions,
} from "./event-recorder.ts";
export { electLeader, type Election, type ElectionOptions, type Lease, type LeaseSpec } from "./leader.ts";
export {
  watchResource,
  type ReflectorHealth,
  type ReflectorOptions,
  type WatchedStore,
} from "./reflector.ts";
export { createKubeClient, type KubeClientOptions } from "./rest-client.ts";
export {
  apiVersionOf,
  builtin,
  collectionPath,
  defineResource,
  keyOf,
  objectPath,
  refOfKey,
} from "./resources.ts";
export {
  type Change,
  type IndexFunction,
  type Listener,
  type Store,
  type StoreOptions,
  type WritableStore,
} from "./store.ts";
export { type Random, type Timers } from "./timers.ts";
export {
  type KubeLogger,
  type KubeObject,
  type ObjectMeta,
  type ObjectRef,
  type OwnerReference,
  type Resource,
  type WatchEvent,
} from "./types.ts";
export { type WorkQueue, type WorkQueueOptions, type WorkQueueStats } from "./workqueue.ts";
