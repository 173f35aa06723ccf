import { baseBinaryOfVariable } from "../../compile/base_binary.ts";
import type { Course } from "../course.ts";
import type { Figures } from "../figures.ts";

const MB = 1e6;

/**
 * The size of the binary, of its base, and of what is ours in it.
 *
 * @param course Who is measured.
 */
export async function measureSizes({ field }: Course): Promise<Figures> {
  const { binary } = field.contenders;
  if (binary === undefined) return {};
  const size = await sizeOf(binary.asUsed.start.program);
  const base = baseBinaryOfVariable();
  const figures = { size_binary: { binary: size } };
  if (base === undefined) return figures; // Deno has downloaded it into its own cache
  const ofBase = await sizeOf(base.path);
  return { ...figures, size_base: { binary: ofBase }, size_payload: { binary: size - ofBase } };
}

async function sizeOf(path: string): Promise<number> {
  return (await Deno.stat(path)).size / MB;
}
