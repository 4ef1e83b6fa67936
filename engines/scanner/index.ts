export type { Component, Distro, Evidence, Omission, PackageType, Sbom } from "./types.ts";
