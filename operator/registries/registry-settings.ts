// SPDX-License-Identifier: Apache-2.0
/** From `StellaOps.spec.registries` and pull secrets to what the OCI client needs. */
import { parseDockerConfig } from "#lib/oci/registry/credentials.ts";
import type {
  RegistryCredential,
  RegistryHostSettings,
  RegistrySettings,
} from "#lib/oci/registry/settings.ts";
import { defineErrors, messageOf } from "#lib/errors.ts";
import { builtin, kubeErrors } from "#lib/kube/index.ts";
import type { KubeClient, KubeObject, Resource } from "#lib/kube/index.ts";
import type { StellaOps } from "#crds/index.ts";

export const registrySettingsErrors = defineErrors("registry-settings", {
  PULL_SECRET_FORBIDDEN: "denied",
  PULL_SECRET_MISSING: "missing",
  // A Secret may be mended with no change of who names it, so this is looked at again.
  PULL_SECRET_INVALID: "denied",
  PULL_SECRET_FOREIGN: "denied",
});

interface Secret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

const secrets = builtin.secrets as Resource<Secret>;

export interface SecretRef {
  readonly namespace: string;
  readonly name: string;
}

export type RegistrySpec = NonNullable<StellaOps["spec"]["registries"]>[number];

/** Hosts as configured, without credentials. */
export function hostSettings(
  registries: readonly RegistrySpec[],
): Readonly<Record<string, RegistryHostSettings>> {
  return Object.fromEntries(
    registries.map((registry) => [
      registry.host,
      {
        ...(registry.insecure ? { plainHttp: true } : {}),
        ...(registry.caBundle === undefined ? {} : { ca: [registry.caBundle] }),
        ...(registry.mirrors === undefined || registry.mirrors.length === 0
          ? {}
          : { mirrors: registry.mirrors.map((mirror) => mirror.url) }),
      },
    ]),
  );
}

/**
 * Settings for one image: configured hosts, then credentials of the pull secrets in their order, then those of the
 * configured registries. A pull secret that cannot be read is an error only when no other gives credentials.
 * @throws PULL_SECRET_FORBIDDEN, PULL_SECRET_MISSING, PULL_SECRET_INVALID
 */
export async function registrySettingsFor(
  client: KubeClient,
  system: { readonly namespace: string; readonly registries: readonly RegistrySpec[] },
  pullSecrets: readonly SecretRef[],
): Promise<RegistrySettings> {
  const configured = system.registries
    .filter((registry) => registry.secretRef !== undefined)
    .map((registry) => ({ namespace: system.namespace, name: registry.secretRef?.name ?? "" }));
  const credentials: RegistryCredential[] = [];
  const failures: unknown[] = [];
  for (const ref of [...pullSecrets, ...configured]) {
    try {
      credentials.push(...(await readPullSecret(client, ref)));
    } catch (error) {
      failures.push(error);
    }
  }
  if (credentials.length === 0 && failures.length > 0) throw failures[0];
  return { hosts: hostSettings(system.registries), credentials };
}

async function readPullSecret(client: KubeClient, ref: SecretRef): Promise<readonly RegistryCredential[]> {
  const where = `${ref.namespace}/${ref.name}`;
  const secret = await client.find(secrets, ref).catch((error: unknown) => {
    if (!kubeErrors.is(error, "KUBE_FORBIDDEN")) throw error;
    throw registrySettingsErrors.make(
      "PULL_SECRET_FORBIDDEN",
      `may not read the pull secret ${where}; grant it: kubectl -n ${ref.namespace} create rolebinding ` +
        "stellaops-pull-secrets --clusterrole=stellaops-pull-secrets --serviceaccount=stellaops:stellaops-operator",
      { cause: error },
    );
  });
  if (secret === undefined) {
    throw registrySettingsErrors.make("PULL_SECRET_MISSING", `the pull secret ${where} is not there`);
  }
  const encoded = secret.data?.[".dockerconfigjson"];
  if (encoded === undefined) {
    throw registrySettingsErrors.make("PULL_SECRET_INVALID", `${where} has no key .dockerconfigjson`);
  }
  try {
    return parseDockerConfig(Buffer.from(encoded, "base64").toString("utf8"), where);
  } catch (cause) {
    throw registrySettingsErrors.make("PULL_SECRET_INVALID", `${where}: ${messageOf(cause)}`, { cause });
  }
}
