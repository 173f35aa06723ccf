/**
 * What the platform hands out in confidence, kept private on disk.
 *
 * @module
 */

export { InboundSecret, type InboundSecretOptions, savedSecret } from "./inbound_secret.ts";
export { writePrivateFile } from "./private_file.ts";
