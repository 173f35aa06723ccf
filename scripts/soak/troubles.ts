import type { DevPlatform, DevWorkspace } from "../dev_platform/mod.ts";
import { Chance } from "../stress/random.ts";
import type { Span } from "./beat_gaps.ts";
import { type Incident, type IncidentKind, incidents } from "./incidents.ts";
import { pause } from "./pause.ts";

/** Options of {@linkcode Troubles}. */
export interface TroublesOptions {
  readonly platform: DevPlatform;
  readonly workspace: DevWorkspace;
  /** The workspace's token file. */
  readonly tokenFile: string;
  readonly seed: number;
}

/** How often something went wrong, and how many requests that struck. */
export interface Thrown {
  incidents: number;
  struck: number;
}

/** Lets one thing after the other go wrong with the platform. */
export class Troubles {
  readonly #options: TroublesOptions;
  readonly #incidents: Generator<Incident, never>;
  readonly #chance: Chance;
  readonly #thrown = new Map<IncidentKind, Thrown>();
  readonly #spans: Span[] = [];

  /** @param options With whose platform. */
  constructor(options: TroublesOptions) {
    this.#options = options;
    this.#incidents = incidents(new Chance(options.seed));
    this.#chance = new Chance(~options.seed);
  }

  /** What has gone wrong so far. */
  get thrown(): ReadonlyMap<IncidentKind, Readonly<Thrown>> {
    return this.#thrown;
  }

  /** When something went wrong that beats notice, in epoch milliseconds. */
  get spans(): readonly Span[] {
    return this.#spans;
  }

  /**
   * Goes on until it is ended; then all is well again.
   *
   * @param ended Ends it.
   */
  async live(ended: AbortSignal): Promise<void> {
    for (const incident of this.#incidents) {
      if (ended.aborted) return;
      const from = Date.now();
      const struck = await this.#happen(incident, ended);
      const { fault, kind, rest, routes } = incident;
      const isFelt = fault === undefined ? kind !== "pause" : routes.includes("heartbeat");
      if (isFelt) this.#spans.push({ from, to: Date.now() });
      const thrown = this.#thrown.get(kind) ?? { incidents: 0, struck: 0 };
      this.#thrown.set(kind, {
        incidents: thrown.incidents + 1,
        struck: thrown.struck + struck,
      });
      await pause(rest * 1000, ended);
    }
  }

  /** Gives how many requests were struck. */
  async #happen(incident: Incident, ended: AbortSignal): Promise<number> {
    const { platform, workspace } = this.#options;
    const { kind, fault, routes, seconds, times } = incident;
    const first = (platform.requests.at(-1)?.index ?? -1) + 1;
    const since = () => platform.requests.filter(({ index }) => index >= first);
    if (fault !== undefined) {
      for (const route of routes) platform.fault(route, fault, { times });
      await pause(seconds * 1000, ended);
      platform.clearFaults();
      const seen = since();
      return routes.reduce(
        (sum, route) => sum + Math.min(times, seen.filter((one) => one.route === route).length),
        0,
      );
    }
    if (kind === "outage") {
      platform.goDown();
      await pause(seconds * 1000, ended);
      platform.comeBack();
      return 0;
    }
    if (kind === "pause") {
      workspace.status = "paused";
      await pause(seconds * 1000, ended);
      workspace.status = "online";
      return 0;
    }
    const token = platform.rotateToken(workspace.id);
    await pause(seconds * 1000, ended);
    await this.#writeToken(token);
    return since().filter(({ status }) => status === 401).length;
  }

  /** As some write it, in place, and as others do, by rename. */
  async #writeToken(token: string): Promise<void> {
    const { tokenFile } = this.#options;
    const isInPlace = this.#chance.happens(0.5);
    const file = isInPlace ? tokenFile : `${tokenFile}.new`;
    await Deno.writeTextFile(file, `${token}\n`, { mode: 0o600 });
    if (!isInPlace) await Deno.rename(file, tokenFile);
  }
}
