import { assertEquals } from "@std/assert";
import { spy } from "@std/testing/mock";
import { Contact } from "../../lib/platform/mod.ts";

Deno.test("Contact.regained() resolves at once when the platform has not been lost", async () => {
  const contact = new Contact();
  assertEquals(contact.lost, false);
  await contact.regained(new AbortController().signal);
});

Deno.test("Contact.regained() resolves for everybody who waits when the platform is back", async () => {
  const contact = new Contact();
  const { signal } = new AbortController();
  contact.record(false);
  let back = 0;
  const waits = [1, 2, 3].map(() => contact.regained(signal).then(() => back++));
  contact.record(false);
  await Promise.resolve();
  assertEquals([contact.lost, back], [true, 0]);
  contact.record(true);
  await Promise.all(waits);
  assertEquals([contact.lost, back], [false, 3]);
});

Deno.test("Contact.regained() waits again when the platform is lost again", async () => {
  const contact = new Contact();
  contact.record(false);
  contact.record(true);
  contact.record(false);
  const end = new AbortController();
  let ended = false;
  const wait = contact.regained(end.signal).then(() => ended = true);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(ended, false);
  contact.record(true);
  await wait;
});

Deno.test("Contact.regained() resolves when the signal aborts, before or during the wait", async () => {
  const contact = new Contact();
  contact.record(false);
  await contact.regained(AbortSignal.abort());
  const end = new AbortController();
  const wait = contact.regained(end.signal);
  end.abort();
  await wait;
});

Deno.test("Contact.regained() leaves nothing on the signal when an outage is over", async () => {
  const contact = new Contact();
  const { signal } = new AbortController();
  using added = spy(signal, "addEventListener");
  using removed = spy(signal, "removeEventListener");
  for (let outage = 0; outage < 3; outage++) {
    contact.record(false);
    const wait = contact.regained(signal);
    contact.record(true);
    await wait;
  }
  assertEquals(added.calls.length, 3);
  assertEquals(removed.calls.map(({ args }) => args), added.calls.map(({ args }) => args));
});
