/**
 * What the platform hands out in confidence, kept private on disk.
 *
 * @module
 */

export { BackgroundSave, type BackgroundSaveOptions } from "./background_save.ts";
export { InboundSecret, type InboundSecretOptions, savedSecret } from "./inbound_secret.ts";
export { probePrivateFile, writePrivateFile } from "./private_file.ts";
