/**
 * Hides what may be a password in a text that is shown because it is not allowed: what stands in
 * front of an @, and a query or fragment.
 *
 * @param text The text.
 */
export function withoutCredentials(text: string): string {
  return text.replace(/^(\w+:\/\/)?.*@/s, "$1(not shown)@").replace(
    /([?#]).+$/s,
    "$1(not shown)",
  );
}
