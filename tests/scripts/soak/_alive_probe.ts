/** Says what `Alive` counts while timers and listeners come and go, as JSON. */
import { Alive } from "../../../scripts/soak/alive.ts";

const alive = new Alive();
alive.watch();
const seen: Record<string, [timers: number, listeners: number]> = {};
function look(when: string): void {
  const { listeners, timers } = alive.counts();
  seen[when] = [timers, listeners];
}

look("at first");
const { promise: fired, resolve } = Promise.withResolvers<string>();
const interval = setInterval(() => {}, 1e6);
const timeout = setTimeout(() => {}, 1e6);
setTimeout(resolve, 1, "an argument");
look("with three timers");
const argument = await fired;
look("when one has fired");
clearInterval(interval);
clearTimeout(timeout);
clearTimeout(undefined);
look("when the others are cleared");

AbortSignal.timeout(1e6);
const soon = AbortSignal.timeout(1);
look("with two timeouts");
await new Promise((resolve) => soon.onabort = resolve);
look("when one of them has come");

const [one, other] = [new AbortController(), new AbortController()];
let calls = 0;
const listener = () => calls++;
one.signal.addEventListener("abort", listener);
one.signal.addEventListener("abort", listener);
other.signal.addEventListener("abort", listener, { once: true });
other.signal.addEventListener("abort", () => calls++);
look("with three listeners");
one.signal.removeEventListener("abort", listener);
look("when one is removed");
other.abort();
look("when the others' signal is aborted");
other.signal.addEventListener("abort", listener);
look("when an aborted signal gets one");
one.abort();

const { heapTotal, heapUsed, resources } = alive.counts();
console.log(JSON.stringify({
  seen,
  argument,
  calls,
  hasHeap: heapUsed > 0 && heapTotal >= heapUsed,
  resources: resources >= 3,
}));
