const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Whether two ids name the same workspace. UUIDs are the same in any case: the platform writes them
 * small, people may not.
 *
 * @param id One.
 * @param workspaceId The other.
 */
export function isSameWorkspace(id: string, workspaceId: string): boolean {
  return id === workspaceId || UUID.test(id) && id.toLowerCase() === workspaceId.toLowerCase();
}
