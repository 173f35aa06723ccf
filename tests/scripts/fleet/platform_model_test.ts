import { assertEquals } from "@std/assert";
import {
  heartbeatRequest,
  registerRequest,
  workspaceRequest,
} from "../../../lib/platform/requests.ts";
import { Address } from "../../../scripts/fleet/address.ts";
import { PlatformModel, type WatchedWorkspace } from "../../../scripts/fleet/platform_model.ts";
import { VirtualClock } from "../../../scripts/fleet/virtual_clock.ts";
import { Chance } from "../../../scripts/stress/random.ts";

const { signal } = new AbortController();
const BEAT = heartbeatRequest({});

/** A platform, and a workspace on it that is registered. */
async function startModel() {
  const clock = new VirtualClock();
  const platform = new PlatformModel({ clock, chance: new Chance(1), onRequest: () => {} });
  const workspace: WatchedWorkspace = {
    address: new Address(),
    watchedUntil: undefined,
    declaredDeadAt: undefined,
  };
  const send = async (request = BEAT) => {
    const answered = platform.answer(request, { workspace, signal });
    await clock.run(clock.now() + 100);
    return (await answered).outcome;
  };
  await send(registerRequest({}));
  return { clock, platform, workspace, send };
}

Deno.test("PlatformModel declares a workspace dead after 180 s without a beat, and a beat does not make it watched again", async () => {
  const model = await startModel();
  const { clock, platform, send, workspace } = model;
  for (const ms of [179_000, 170_000]) {
    await clock.run(clock.now() + ms);
    await send();
    assertEquals(workspace.declaredDeadAt, undefined);
  }
  const keyEnds = workspace.watchedUntil ?? NaN;
  await clock.run(clock.now() + 181_000);
  platform.look(workspace);
  assertEquals(workspace.declaredDeadAt, keyEnds);
  await send();
  assertEquals(workspace.watchedUntil, undefined);
  await send(registerRequest({}));
  assertEquals(workspace.watchedUntil === undefined, false);
});

Deno.test("PlatformModel lets 600 requests of an address through in a minute, and asks the others to wait for the next", async () => {
  const model = await startModel();
  const { clock, send, workspace } = model;
  await clock.run(120_000);
  const first = clock.now();
  for (let count = 0; count < 600; count++) workspace.address.count(first);
  assertEquals(workspace.address.count(first + 20_500), 40);
  const { kind, retryAfterSeconds = NaN } = await send();
  assertEquals([kind, retryAfterSeconds], ["rate_limited", 60]);
  await clock.run(first + 60_000);
  assertEquals((await send()).kind, "ok");
});

Deno.test("Address.share() takes what others send out of the bucket, until they stop", () => {
  const address = new Address();
  assertEquals(address.count(0), undefined);
  address.share(60, 0);
  assertEquals(address.count(9000), undefined);
  assertEquals(address.count(10_000), 50);
  address.share(0, 20_000);
  assertEquals(address.count(60_000), undefined);
  assertEquals(address.count(119_000), undefined);
});

Deno.test("PlatformModel refuses at once or hangs for as long as a request may take when it is told to", async () => {
  const model = await startModel();
  const { clock, platform, workspace } = model;
  for (
    const [state, kind, ms] of [["refusing", "unreachable", 90], [
      "hanging",
      "timed_out",
      10_000,
    ]] as const
  ) {
    platform.state = state;
    const began = clock.now();
    let ended = NaN;
    const answered = platform.answer(workspaceRequest("w"), { workspace, signal });
    answered.then(() => ended = clock.now());
    await clock.run(began + 20_000);
    assertEquals((await answered).outcome.kind, kind);
    assertEquals(ended - began <= ms, true, `${ended - began} ms`);
  }
});
