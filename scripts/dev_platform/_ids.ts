/**
 * Whether Postgres takes the text as a UUID.
 *
 * @param id The text.
 * @returns Whether it is a UUID.
 */
export function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id);
}
