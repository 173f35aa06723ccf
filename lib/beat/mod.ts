/**
 * The loop that beats.
 *
 * @module
 */

export { BeatLoop, type BeatLoopOptions } from "./beat_loop.ts";
export { beatBody } from "./body.ts";
