// SPDX-License-Identifier: Apache-2.0
/** Image ids as kubelets of several container runtimes report them. */
import { describe, expect, it } from "vitest";
import { DIGEST } from "../testing/objects.ts";
import { podFacts, runningImage } from "./pod-facts.ts";
import type { Pod } from "./pod-facts.ts";

const image = (repository: string) => ({ repository, digest: DIGEST, image: "app:1" });

describe("runningImage", () => {
  it.each([
    { name: "containerd", id: `ghcr.io/acme/api@${DIGEST}`, want: image("ghcr.io/acme/api") },
    {
      name: "containerd, Docker Hub",
      id: `docker.io/library/nginx@${DIGEST}`,
      want: image("docker.io/library/nginx"),
    },
    { name: "CRI-O, short name", id: `nginx@${DIGEST}`, want: image("docker.io/library/nginx") },
    { name: "a registry with a port", id: `10.0.0.1:5000/a/b@${DIGEST}`, want: image("10.0.0.1:5000/a/b") },
    { name: "Docker", id: `docker-pullable://quay.io/a/b@${DIGEST}`, want: image("quay.io/a/b") },
    { name: "Docker, loaded onto the node", id: `docker://${DIGEST}`, want: undefined },
    { name: "containerd, loaded onto the node", id: DIGEST, want: undefined },
    { name: "CRI-O, image id", id: DIGEST.slice(7), want: undefined },
    { name: "another algorithm", id: `a.io/b@sha512:${"0".repeat(128)}`, want: undefined },
    { name: "half a digest", id: "a.io/b@sha256:0123", want: undefined },
    { name: "no repository", id: `@${DIGEST}`, want: undefined },
    { name: "an impossible repository", id: `A B@${DIGEST}`, want: undefined },
  ])("$name", ({ id, want }) => {
    expect(runningImage(id, "app:1")).toEqual(want);
  });
});

describe("podFacts", () => {
  const status = (name: string, imageID: string) => ({ name, image: "resolved", imageID });
  const pod: Pod = {
    metadata: { name: "web-1", namespace: "team", uid: "u", labels: { app: "web" } },
    spec: {
      imagePullSecrets: [{ name: "b" }, { name: "a" }, {}, { name: "a" }],
      initContainers: [{ name: "init", image: "init:1" }],
      containers: [
        { name: "main", image: "app:1" },
        { name: "new", image: "later:1" },
      ],
      ephemeralContainers: [{ name: "debug", image: "local:dev" }],
    },
    status: {
      initContainerStatuses: [status("init", `a.io/init@${DIGEST}`)],
      containerStatuses: [status("main", `a.io/app@${DIGEST}`), status("new", "")],
      ephemeralContainerStatuses: [status("debug", DIGEST)],
    },
  };

  it("reads all three kinds of containers, by the names that the Pod gives", () => {
    expect(podFacts(pod)).toEqual({
      namespace: "team",
      name: "web-1",
      uid: "u",
      labels: { app: "web" },
      owner: { kind: "Pod", name: "web-1" },
      images: [
        { repository: "a.io/init", digest: DIGEST, image: "init:1" },
        { repository: "a.io/app", digest: DIGEST, image: "app:1" },
      ],
      withoutDigest: ["local:dev"],
      pullSecrets: ["a", "b"],
    });
  });

  it.each(["Succeeded", "Failed"])("runs nothing once it has %s", (phase) => {
    expect(podFacts({ ...pod, status: { ...pod.status, phase } })).toMatchObject({
      images: [],
      withoutDigest: [],
    });
  });

  it("is empty for a Pod that has not started", () => {
    expect(podFacts({ metadata: { name: "p", namespace: "n" } })).toMatchObject({
      images: [],
      withoutDigest: [],
    });
  });

  it("looks at no more containers than a node runs", () => {
    const containerStatuses = Array.from({ length: 5000 }, (_, n) => status(`c${n}`, `a.io/i${n}@${DIGEST}`));
    expect(podFacts({ metadata: { name: "p" }, status: { containerStatuses } }).images).toHaveLength(200);
  });

  it.each([
    {
      name: "a Deployment",
      owner: { kind: "ReplicaSet", name: "web-abc12" },
      want: { kind: "Deployment", name: "web" },
    },
    {
      name: "a ReplicaSet of its own",
      owner: { kind: "ReplicaSet", name: "lonely" },
      want: { kind: "ReplicaSet", name: "lonely" },
    },
    {
      name: "a StatefulSet",
      owner: { kind: "StatefulSet", name: "db" },
      want: { kind: "StatefulSet", name: "db" },
    },
  ])("is owned by $name", ({ owner, want }) => {
    const metadata = {
      name: "p",
      labels: { "pod-template-hash": "abc12" },
      ownerReferences: [{ apiVersion: "apps/v1", uid: "o", controller: true, ...owner }],
    };
    expect(podFacts({ metadata }).owner).toEqual(want);
  });
});
