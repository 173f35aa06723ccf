/**
 * Asks what this process may touch, before it touches it: what is not granted is done without,
 * never prompted for (design.md, Permissions).
 *
 * @module
 */

/**
 * Whether a permission is granted, without prompting.
 *
 * @param descriptor The permission.
 */
export function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

/** Whether a file may be read. */
export function mayRead(path: string): boolean {
  return isGranted({ name: "read", path });
}

/** Whether a file may be written. */
export function mayWrite(path: string): boolean {
  return isGranted({ name: "write", path });
}

/** Whether it may be seen that a process exists (`--allow-sys=getPriority`). */
export function maySeeProcesses(): boolean {
  return isGranted({ name: "sys", kind: "getPriority" });
}

/**
 * Reads an environment variable. One that may not be read, or is empty, counts as not set.
 *
 * @param name The variable.
 */
export function readVariable(name: string): string | undefined {
  if (!isGranted({ name: "env", variable: name })) return undefined;
  return Deno.env.get(name) || undefined;
}
