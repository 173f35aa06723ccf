import { assertEquals } from "@std/assert";
import { startDevPlatform } from "../../scripts/dev_platform/mod.ts";
import { makeTempDir, startSidecar, testWithPrograms } from "../support/mod.ts";

/** Runs openssl in a folder. */
async function openssl(cwd: string, args: string): Promise<boolean> {
  try {
    const command = new Deno.Command("openssl", { args: args.split(" "), cwd, stdin: "null" });
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Makes a certificate of 127.0.0.1, and of the authority that has signed it. */
async function makeCertificate(dir: string): Promise<boolean> {
  await Deno.writeTextFile(`${dir}/leaf.cnf`, "subjectAltName=IP:127.0.0.1\n");
  const curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  return await openssl(
    dir,
    `req -x509 ${curve} -keyout ca.key -out ca.pem -days 1 -subj /CN=test-authority`,
  ) && await openssl(dir, `req ${curve} -keyout leaf.key -out leaf.csr -subj /CN=platform`) &&
    await openssl(
      dir,
      "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out leaf.pem -days 1 " +
        "-extfile leaf.cnf",
    );
}

/** Passes bytes on between two ends, until told that its connections have died without a word. */
class Relay implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: number;
  readonly #open = new Set<Deno.Conn>();
  #dead = new Set<Deno.Conn>();

  constructor(target: number) {
    this.#target = target;
    this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** What is connected now carries nothing any more; what connects later does. */
  dropSilently(): void {
    this.#dead = new Set(this.#open);
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#open) connection.close();
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      this.#open.add(near).add(far);
      this.#pump(near, far);
      this.#pump(far, near);
    }
  }

  async #pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
        if (this.#dead.has(from)) continue;
        for (let sent = 0; sent < count;) sent += await to.write(buffer.subarray(sent, count));
      }
    } catch {
      // One of the ends is gone.
    }
  }
}

testWithPrograms(
  "a sidecar beats on over a new connection when the one to an https platform has died",
  {
    programs: ["openssl"],
    async fn() {
      await using platform = await startDevPlatform();
      await using dir = await makeTempDir();
      assertEquals(await makeCertificate(dir.path), true);
      const workspace = platform.addWorkspace();
      await Deno.writeTextFile(`${dir.path}/.auth_token`, workspace.token ?? "", { mode: 0o600 });
      workspace.finish(workspace.delegate(), "done");
      // It speaks HTTP/2 with whoever wants to.
      await using server = Deno.serve({
        hostname: "127.0.0.1",
        port: 0,
        cert: await Deno.readTextFile(`${dir.path}/leaf.pem`),
        key: await Deno.readTextFile(`${dir.path}/leaf.key`),
        onListen() {},
      }, async (request) => {
        const { pathname, search } = new URL(request.url);
        const { method } = request;
        const headers = new Headers(request.headers);
        const body = method === "GET" ? null : await request.text();
        headers.delete("origin");
        return await fetch(`${platform.url}${pathname}${search}`, { method, headers, body });
      });
      using relay = new Relay(server.addr.port);
      await using sidecar = startSidecar({
        platformUrl: `https://127.0.0.1:${relay.port}`,
        workspaceId: workspace.id,
        dir: dir.path,
        args: ["--interval", "5", "--notify", "off"],
        env: { DENO_CERT: `${dir.path}/ca.pem` },
      });
      const isBeat = ({ route, status }: { route: string; status: number | undefined }) =>
        route === "heartbeat" && status === 200;
      // Nothing is under way when that has been said.
      await sidecar.waitForLine(/The agent was woken for 1 result/);
      relay.dropSilently();
      const from = platform.requests.length;
      await sidecar.waitForLine(/WARN The beat failed: no whole answer within 10 s/);
      await platform.waitFor(isBeat, { from });
      assertEquals(await sidecar.stop(), 0);
    },
  },
);
