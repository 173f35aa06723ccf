// Says of each URL where Deno's own fetch goes, and what proxyFor() makes of it.
import { proxyFor } from "../../lib/config/mod.ts";

const answers = Deno.args.map(async (url) => {
  // Where no proxy answers, the system may take long to find out that there is no such name.
  const signal = AbortSignal.timeout(3000);
  const answer = await fetch(url, { signal }).then((response) => response.text(), () => "nobody");
  return { url, answer, proxy: proxyFor(url) ?? null };
});
console.log(JSON.stringify(await Promise.all(answers)));
