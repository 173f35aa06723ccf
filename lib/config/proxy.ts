import { isGranted } from "../grants.ts";

/** A proxy that the environment sets for an address. */
export interface Proxy {
  /** The variable that sets it. */
  readonly variable: string;
  /** Its address, without credentials. */
  readonly address: string;
}

/**
 * Finds the proxy that Deno's `fetch` would use for a plain-text platform: it obeys these
 * variables whatever the net grant says, and the proxy would read the token. An `https://`
 * platform is not affected: a proxy only passes its encrypted bytes on.
 *
 * Requires `--allow-env` for the proxy variables; those that may not be read count as not set.
 *
 * @param platformUrl The platform's address.
 * @param read Reads a variable; for tests.
 */
export function proxyFor(
  platformUrl: string,
  read: (name: string) => string | undefined = readRaw,
): Proxy | undefined {
  const { protocol, hostname } = new URL(platformUrl);
  if (protocol !== "http:") return undefined;
  const excepted = read("NO_PROXY") ?? read("no_proxy") ?? "";
  if (excepted.split(",").some((entry) => matches(entry.trim(), hostname))) return undefined;
  for (const variable of ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"]) {
    const value = read(variable);
    if (value) return { variable, address: value.replace(/^(\w+:\/\/)?.*@/s, "$1") };
  }
  return undefined;
}

/** An empty NO_PROXY hides no_proxy, so here empty is not the same as not set. */
function readRaw(name: string): string | undefined {
  return isGranted({ name: "env", variable: name }) ? Deno.env.get(name) : undefined;
}

/** Whether an entry of NO_PROXY covers a host for Deno too; where that is not sure, it does not. */
function matches(entry: string, hostname: string): boolean {
  const suffix = entry.replace(/^\./, "");
  if (suffix === "") return false;
  const isAddress = /^[\d.]+$|^\[/.test(hostname);
  return hostname === suffix || !isAddress && hostname.endsWith(`.${suffix}`);
}
