import { assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { patient } from "../support/mod.ts";
import { makePresence } from "./_presence.ts";
import { tick } from "./_tick.ts";

const isRegistration = ({ route }: { readonly route: string }) => route === "register";

Deno.test("Registration.register() still keeps the token when it is given up while the answer is on its way", async () => {
  await using platform = await startDevPlatform();
  platform.fault("register", { kind: "hang" });
  const workspace = platform.addWorkspace({ token: null });
  await using presence = await makePresence(platform, { workspaceId: workspace.id });
  const end = new AbortController();
  const registering = presence.register(end.signal);
  await platform.waitFor(isRegistration, { whenReceived: true });
  end.abort(new Error("stopping"));
  platform.clearFaults();
  assertEquals(await registering, { kind: "registered", hasNewToken: true });
  await presence.issuedToken.settled();
  assertEquals(await Deno.readTextFile(`${presence.dir}/.auth_token`), workspace.token);
});

Deno.test("Registration.register() waits 3 s, and no longer, for the answer when it is given up", async () => {
  await using platform = await startDevPlatform();
  platform.fault("register", { kind: "hang" });
  await using presence = await makePresence(platform);
  const prepared = await presence.registration.prepare();
  if (prepared.kind === "failed") throw new Error(prepared.message);
  using time = new FakeTime();
  const end = new AbortController();
  let isOver = false;
  const registering = presence.registration.register(prepared, end.signal)
    .finally(() => isOver = true);
  await platform.waitFor(isRegistration, { whenReceived: true });
  end.abort(new Error("stopping"));
  const rejected = assertRejects(() => registering, Error, "stopping");
  await tick(time, 2999);
  assertEquals(isOver, false);
  await tick(time, 1);
  await FakeTime.restoreFor(() => patient(rejected));
});

Deno.test("Registration.register() rejects with the signal's reason, and sends nothing, when it was given up before", async () => {
  await using platform = await startDevPlatform();
  await using presence = await makePresence(platform);
  const signal = AbortSignal.abort(new Error("stopping"));
  await assertRejects(() => presence.register(signal), Error, "stopping");
  assertEquals(platform.requests.length, 0);
});

Deno.test("PresenceLoop.run() still keeps the token when it is ended while the answer is on its way", async () => {
  await using platform = await startDevPlatform();
  platform.fault("register", { kind: "hang" });
  const workspace = platform.addWorkspace({ token: null });
  await using presence = await makePresence(platform, { workspaceId: workspace.id, mode: "poll" });
  const end = new AbortController();
  presence.beat();
  const running = presence.loop.run(end.signal);
  await platform.waitFor(isRegistration, { whenReceived: true });
  end.abort(new Error("stopping"));
  platform.clearFaults();
  await running;
  await presence.issuedToken.settled();
  assertEquals(await Deno.readTextFile(`${presence.dir}/.auth_token`), workspace.token);
  assertEquals(presence.told(), ["INFO The workspace is registered, and has got a token"]);
});
