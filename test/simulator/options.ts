import type { BucketSize } from "./rateLimit";

export interface SimulatorOptions {
  /** @default 0, any free port */
  readonly port?: number;
  /** The clock of every expiry and window. @default Date.now */
  readonly now?: () => number;
  /** Before each answer. @default 0 */
  readonly latencyMs?: number;
  /** @default 60_000 */
  readonly nonceLifetimeMs?: number;
  /** 1: every nonce works once. @default Infinity */
  readonly nonceUses?: number;
  /**
   * Before a proof is looked at, every nonce is forgotten in this share of the cases (0 to 1), chosen by the seed.
   *
   * @default never
   */
  readonly nonceDrops?: { readonly seed: number; readonly chance: number };
  /** @default 3600 */
  readonly tokenLifetimeSeconds?: number;
  /** Tokens that are handed out. @default Infinity */
  readonly tokensPerMinute?: number;
  /** Invitations that really go out, over everything that comes from one address. @default 10 */
  readonly invitationsPerMinute?: number;
  /** The same bucket for every set of endpoints. @default the sizes that Atlas documents for each */
  readonly rateLimit?: BucketSize;
}
