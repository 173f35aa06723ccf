import { allOf } from "./all_of.ts";
import { type ByContender, type ContenderName, CONTENDERS } from "./contender.ts";

/**
 * Makes something of what was measured of each contender.
 *
 * @param values What was measured.
 * @param make What is made of one.
 */
export function mapped<T, U>(values: ByContender<T>, make: (value: T) => U): ByContender<U> {
  const made: ByContender<U> = {};
  for (const name of namesIn(values)) {
    const value = values[name];
    if (value !== undefined) made[name] = make(value);
  }
  return made;
}

/**
 * Does something with each in turn, again and again: what disturbs the machine for a while then
 * disturbs all of them.
 *
 * @param all Who.
 * @param turns How often, and what is done.
 * @returns What it gave in each round.
 */
export async function inTurn<T, U>(
  all: ByContender<T>,
  { rounds, work }: { readonly rounds: number; readonly work: (one: T) => Promise<U> },
): Promise<ByContender<U[]>> {
  const results: ByContender<U[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const name of namesIn(all)) {
      const one = all[name];
      if (one !== undefined) (results[name] ??= []).push(await work(one));
    }
  }
  return results;
}

/**
 * Does something with all at once.
 *
 * @param all Who.
 * @param work What is done.
 */
export async function atOnce<T, U>(
  all: ByContender<T>,
  work: (one: T) => Promise<U>,
): Promise<ByContender<U>> {
  const results: ByContender<U> = {};
  await allOf(
    namesIn(all).map(async (name) => {
      const one = all[name];
      if (one !== undefined) results[name] = await work(one);
    }),
  );
  return results;
}

function namesIn(all: ByContender<unknown>): ContenderName[] {
  return CONTENDERS.filter((name) => all[name] !== undefined);
}
