import { runProgram } from "../support/mod.ts";

/** A server that speaks TLS in front of a platform that does not. */
export interface SecureFront extends AsyncDisposable {
  /** The certificate of the authority that vouches for it, and that nobody else knows. */
  readonly authority: string;
}

/**
 * Starts a server whose certificate is of a private authority.
 *
 * @param ports `from`: where it listens on 127.0.0.1; `to`: where the platform does.
 * @param dir A folder for its keys.
 */
export async function startSecureFront(
  { from, to }: { readonly from: number; readonly to: number },
  dir: string,
): Promise<SecureFront> {
  const script = `new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "$@"; }
    new -x509 -keyout ca.key -out ca.pem -days 2 -subj /CN=Test -addext basicConstraints=critical,CA:TRUE
    new -keyout key.pem -out request.pem -subj /CN=127.0.0.1
    echo 'subjectAltName=IP:127.0.0.1' >names
    openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out cert.pem`;
  const { code, stderr } = await runProgram("sh", { args: ["-euc", script], cwd: dir });
  if (code !== 0) throw new Error(stderr);
  const [cert, key, authority] = await Promise.all(
    ["cert.pem", "key.pem", "ca.pem"].map((name) => Deno.readTextFile(`${dir}/${name}`)),
  );
  if (cert === undefined || key === undefined) throw new Error("openssl made no certificate");
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: from, cert, key });
  const serving = serve(listener, to);
  return {
    authority: authority ?? "",
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

async function serve(listener: Deno.TlsListener, to: number): Promise<void> {
  const connections: Promise<unknown>[] = [];
  while (true) {
    let connection: Deno.TlsConn;
    try {
      connection = await listener.accept();
    } catch (error) {
      if (error instanceof Deno.errors.BadResource) break; // it was closed
      continue; // a client that does not trust it
    }
    connections.push(carry(connection, to));
  }
  await Promise.all(connections);
}

async function carry(client: Deno.TlsConn, to: number): Promise<void> {
  const platform = await Deno.connect({ hostname: "127.0.0.1", port: to });
  await Promise.allSettled([
    client.readable.pipeTo(platform.writable),
    platform.readable.pipeTo(client.writable),
  ]);
}
