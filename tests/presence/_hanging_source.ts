import type { TokenSource } from "../../lib/auth/mod.ts";

/** A disk that does not answer before it is told to. */
export function hangingSource() {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string | undefined>();
  let looks = 0;
  const look = () => {
    looks++;
    asked.resolve();
    return answer.promise;
  };
  const source: TokenSource = { current: look, refresh: look };
  return { source, looks: () => looks, asked: asked.promise, answer: answer.resolve };
}
