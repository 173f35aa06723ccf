/**
 * Who this workspace is: its token, and the client that proves it.
 *
 * @module
 */

export { AuthorizedClient } from "./authorized_client.ts";
export { IssuedToken, type IssuedTokenOptions, probeTokenFile } from "./issued_token.ts";
export { PromptTokens, type PromptTokensOptions } from "./prompt_tokens.ts";
export { LARGEST_TOKEN_FILE_BYTES } from "./token_file.ts";
export {
  type KeptTokens,
  type TokenSource,
  TokenStore,
  type TokenStoreOptions,
} from "./token_store.ts";
