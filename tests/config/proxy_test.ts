import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { proxyFor } from "../../lib/config/mod.ts";
import { runModule } from "../support/mod.ts";

const PROBE = new URL("_proxy_probe.ts", import.meta.url).pathname;

/** What the probe says of one URL. */
interface Probed {
  readonly url: string;
  readonly answer: string;
  readonly proxy: { readonly variable: string; readonly address: string } | null;
}

/** A server that says who it is, whatever it is asked. */
function startServer(name: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response(name));
}

/** What stands in the environment; `P` stands for the proxy's address. */
const ENVIRONMENTS: readonly Readonly<Record<string, string>>[] = [
  {},
  { HTTP_PROXY: "http://P" },
  { http_proxy: "http://P" },
  { ALL_PROXY: "http://P" },
  { all_proxy: "http://P" },
  { HTTP_PROXY: "P" },
  { HTTP_PROXY: "http://user:hunter2@P" },
  { HTTPS_PROXY: "http://P" },
  { ALL_PROXY: "http://P", HTTP_PROXY: "http://127.0.0.1:9" },
  { HTTP_PROXY: "", http_proxy: "http://P" },
  { HTTP_PROXY: "not a proxy", ALL_PROXY: "http://P" },
  { HTTP_PROXY: "http://P", NO_PROXY: "127.0.0.1,localhost" },
  { HTTP_PROXY: "http://P", no_proxy: " localhost , 127.0.0.1 " },
  { HTTP_PROXY: "http://P", NO_PROXY: "", no_proxy: "127.0.0.1,localhost" },
  { HTTP_PROXY: "http://P", NO_PROXY: "*" },
  { HTTP_PROXY: "http://P", NO_PROXY: "127.0.0.0/8,.localhost" },
  { HTTP_PROXY: "http://P", NO_PROXY: "0.0.1,ocalhost,1,test" },
  { HTTP_PROXY: "http://P", NO_PROXY: "127.0.0.1:80,localhost:80,LOCALHOST" },
  { ALL_PROXY: "http://P", NO_PROXY: "platform.test,.example.test" },
  { HTTP_PROXY: "http://P", REQUEST_METHOD: "GET" },
];

Deno.test("proxyFor() finds every proxy that Deno's fetch goes through", async (t) => {
  await using proxy = startServer("the proxy");
  await using target = startServer("the target");
  const { port } = target.addr;
  const urls = [
    `http://127.0.0.1:${port}/`,
    `http://localhost:${port}/`,
  ];
  let proxied = 0;
  for (const environment of ENVIRONMENTS) {
    await t.step(JSON.stringify(environment), async () => {
      const address = `127.0.0.1:${proxy.addr.port}`;
      const env = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, value.replace("P", address)]),
      );
      // No such names: only the proxy would answer for them.
      const named = environment["NO_PROXY"]?.includes(".test") ?? false;
      const args = named ? ["http://platform.test/", "http://agents.example.test:8080/"] : urls;
      const grants = ["--allow-net", "--allow-env"];
      const ended = await runModule(PROBE, { grants, args, env });
      assertEquals(ended.code, 0, ended.stderr);
      const probed: Probed[] = JSON.parse(ended.stdout);
      assertEquals(probed.map(({ url }) => url), args);
      for (const { url, answer, proxy } of probed) {
        if (answer !== "the proxy") continue;
        proxied++;
        assert(proxy !== null, `${url} goes through a proxy that was not found`);
        assert(proxy.address.endsWith(address), `${url} goes through ${proxy.address}`);
        assert(!proxy.address.includes("hunter2"), proxy.address);
      }
    });
  }
  assert(proxied > ENVIRONMENTS.length, "fetch goes through no proxy, so nothing was compared");
});

/** `proxyFor` with this environment. */
function found(platformUrl: string, environment: Readonly<Record<string, string>>) {
  return proxyFor(platformUrl, (name) => environment[name]);
}

Deno.test("proxyFor() finds none when there is none to find", () => {
  const proxied = { HTTP_PROXY: "http://proxy:3128" };
  assertEquals(found("http://platform", {}), undefined);
  assertEquals(found("http://platform", { HTTPS_PROXY: "http://proxy" }), undefined);
  assertEquals(found("http://platform", { HTTP_PROXY: "" }), undefined);
  assertEquals(found("https://platform", proxied), undefined);
  for (const NO_PROXY of ["platform", "x, platform", "platform,", ".platform"]) {
    assertEquals(found("http://platform:8080/base", { ...proxied, NO_PROXY }), undefined);
    assertEquals(found("http://a.platform", { ...proxied, NO_PROXY }), undefined);
  }
});

Deno.test("proxyFor() shows no credentials when the proxy's address holds some", () => {
  const text = fc.string({ minLength: 4 }).filter((text) => !/[@/:]|^http$/.test(text));
  fc.assert(
    fc.property(fc.constantFrom("http://", "", "socks5://"), text, text, (scheme, user, word) => {
      for (const credentials of [`${user}:${word}`, `${user}:/${word}`, `${user}@${word}`]) {
        const HTTP_PROXY = `${scheme}${credentials}@proxy:3128`;
        const address = found("http://platform", { HTTP_PROXY })?.address;
        assertEquals(address, `${scheme}proxy:3128`);
      }
    }),
  );
});
