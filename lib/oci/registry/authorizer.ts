// SPDX-License-Identifier: Apache-2.0
/** Authorization headers for each endpoint, repository and action: obtained on demand, kept while good, renewed. */
import { chooseChallenge } from "./challenge.ts";
import type { Challenge } from "./challenge.ts";
import { credentialsFor } from "./credentials.ts";
import type { Endpoint } from "./endpoints.ts";
import type { HeldToken, RegistryCredential } from "./settings.ts";
import { basicHeader, fetchToken } from "./tokens.ts";
import type { TokenContext } from "./tokens.ts";

export type Actions = "pull" | "pull,push";

interface State {
  challenge?: Challenge;
  /** Which of the matching logins is in use. */
  login: number;
  header?: string;
  expiresAtMs?: number;
  /** Whether the registry has accepted the header once. */
  proven: boolean;
  pending?: Promise<string | undefined>;
}

export class Authorizer {
  readonly #context: TokenContext;
  readonly #states = new Map<string, State>();

  constructor(context: TokenContext, held: readonly HeldToken[] = []) {
    this.#context = context;
    for (const { key, header, expiresAtMs } of held) {
      this.#states.set(key, {
        login: 0,
        header,
        proven: true,
        ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      });
    }
  }

  /** The header to send first; undefined until the registry has asked for one. */
  async current(endpoint: Endpoint, actions: Actions): Promise<string | undefined> {
    const state = this.#state(endpoint, actions);
    if (this.#isGood(state)) return state.header;
    if (state.challenge === undefined) return undefined;
    return this.#obtainOnce(state, endpoint, actions);
  }

  /** Notes that the registry took the header, so that a later refusal means that it expired. */
  accepted(endpoint: Endpoint, actions: Actions, header: string | undefined): void {
    const state = this.#states.get(keyOf(endpoint, actions));
    if (state !== undefined && state.header === header) state.proven = true;
  }

  /**
   * Another header after the registry refused `rejected`, undefined when there is none left to try.
   * @param wwwAuthenticate of the refusal; "" when it had none
   */
  async renew(
    endpoint: Endpoint,
    actions: Actions,
    rejected: string | undefined,
    wwwAuthenticate: string,
  ): Promise<string | undefined> {
    const state = this.#state(endpoint, actions);
    if (state.pending === undefined) {
      if (this.#isGood(state) && state.header !== rejected) return state.header;
      state.challenge = chooseChallenge(wwwAuthenticate) ?? state.challenge ?? { scheme: "", parameters: {} };
      if (rejected !== undefined && !state.proven) state.login++;
    }
    return this.#obtainOnce(state, endpoint, actions);
  }

  /** How many configured logins match. */
  logins(endpoint: Endpoint): number {
    return this.#credentials(endpoint).length;
  }

  /** Headers still good for a repository, to hand to another thread. */
  held(endpoints: readonly Endpoint[], actions: Actions): readonly HeldToken[] {
    return endpoints.flatMap((endpoint) => {
      const key = keyOf(endpoint, actions);
      const state = this.#states.get(key);
      if (state?.header === undefined || !this.#isGood(state)) return [];
      return [
        {
          key,
          header: state.header,
          ...(state.expiresAtMs === undefined ? {} : { expiresAtMs: state.expiresAtMs }),
        },
      ];
    });
  }

  #state(endpoint: Endpoint, actions: Actions): State {
    const key = keyOf(endpoint, actions);
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const made: State = { login: 0, proven: false };
    this.#states.set(key, made);
    return made;
  }

  #isGood(state: State): boolean {
    return state.header !== undefined && (state.expiresAtMs ?? Infinity) > this.#context.ports.clock.now();
  }

  #credentials(endpoint: Endpoint): readonly RegistryCredential[] {
    return credentialsFor(endpoint, this.#context.settings.credentials ?? []);
  }

  /** Requests that wait for the same header share one fetch. */
  #obtainOnce(state: State, endpoint: Endpoint, actions: Actions): Promise<string | undefined> {
    state.pending ??= this.#obtain(state, endpoint, actions).finally(() => delete state.pending);
    return state.pending;
  }

  async #obtain(state: State, endpoint: Endpoint, actions: Actions): Promise<string | undefined> {
    delete state.header;
    delete state.expiresAtMs;
    state.proven = false;
    const matching = this.#credentials(endpoint);
    const logins = matching.length === 0 ? [undefined] : matching;
    for (; state.login < logins.length; state.login++) {
      const found = await this.#headerOf(logins[state.login], state.challenge, endpoint, actions);
      if (found === undefined) continue;
      Object.assign(state, found);
      return found.header;
    }
    state.login = 0; // a later request starts over: the login may have been repaired by then
    return undefined;
  }

  async #headerOf(
    credential: RegistryCredential | undefined,
    challenge: Challenge | undefined,
    endpoint: Endpoint,
    actions: Actions,
  ): Promise<{ header: string; expiresAtMs?: number } | undefined> {
    if (credential?.registryToken !== undefined) return { header: `Bearer ${credential.registryToken}` };
    if (challenge?.scheme === "basic") {
      return credential?.username === undefined ? undefined : { header: basicHeader(credential) };
    }
    if (challenge?.scheme !== "bearer") return undefined;
    const { realm = "", service = "", scope } = challenge.parameters;
    const repository = `repository:${endpoint.repository}:`;
    const wanted = scope === undefined || scope.startsWith(repository) ? `${repository}${actions}` : scope;
    const token = await fetchToken({ endpoint, realm, service, scope: wanted, credential }, this.#context);
    return token === undefined
      ? undefined
      : { header: `Bearer ${token.value}`, expiresAtMs: token.expiresAtMs };
  }
}

function keyOf(endpoint: Endpoint, actions: Actions): string {
  return `${endpoint.origin} ${endpoint.repository} ${actions}`;
}
