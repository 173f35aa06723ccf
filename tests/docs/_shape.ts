/**
 * What a JSON value is made of: the names and types in it, and not what they hold.
 *
 * @param value The value.
 */
export function shapeOf(value: unknown): unknown {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.map(shapeOf).slice(0, 1);
  if (typeof value !== "object") return typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, shapeOf(field)] as const).sort(
      ([one], [other]) => one < other ? -1 : 1,
    ),
  );
}
