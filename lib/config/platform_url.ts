import { mayRead, readVariable } from "../grants.ts";
import { DOCKER_MARKER } from "../permissions.ts";

/** The platform's addresses when nobody names one (contract 4.6). */
export const DEFAULT_PLATFORM_URLS = {
  /** Inside Docker the platform runs on the host. */
  inDocker: "http://host.docker.internal:8080",
  elsewhere: "http://localhost:8080",
} as const;

/**
 * The platform's address when nobody names one: on the Docker host inside Docker, which a marker
 * file or `DOCKER_VERSION` gives away, and on this machine elsewhere.
 *
 * Requires `--allow-read` for the marker and `--allow-env` for the variable, or looks at neither.
 */
export async function defaultPlatformUrl(): Promise<string> {
  const marked = mayRead(DOCKER_MARKER) &&
    await Deno.stat(DOCKER_MARKER).then(() => true, () => false);
  return marked || readVariable("DOCKER_VERSION") !== undefined
    ? DEFAULT_PLATFORM_URLS.inDocker
    : DEFAULT_PLATFORM_URLS.elsewhere;
}
