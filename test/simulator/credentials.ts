import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { serviceAccountInvitesAs } from "./inferred";

export interface Keys {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Who sent a request, once that is proven. */
export interface Caller {
  /** The public key or the client id. */
  readonly name: string;
  readonly kind: "apiKey" | "serviceAccount";
  readonly readOnly: boolean;
}

/** New for every simulator, so that a test which finds one in an output knows that it leaked. */
export function randomKeys(): Keys {
  return {
    publicKey: Array.from({ length: 8 }, () => String.fromCharCode(97 + randomInt(26))).join(""),
    privateKey: randomUUID(),
    clientId: `mdb_sa_id_${randomBytes(12).toString("hex")}`,
    clientSecret: `mdb_sa_sk_${randomBytes(30).toString("base64url")}`,
  };
}

export class KeyRing {
  full = randomKeys();
  readOnly = randomKeys();

  /** New secrets for the same public key and client id. */
  rotate(): void {
    const { privateKey, clientSecret } = randomKeys();
    this.full = { ...this.full, privateKey, clientSecret };
  }

  byPublicKey(publicKey: string | undefined): { keys: Keys; caller: Caller } | undefined {
    return this.#find((keys) => keys.publicKey === publicKey, "publicKey", "apiKey");
  }

  byClientId(clientId: string): { keys: Keys; caller: Caller } | undefined {
    return this.#find((keys) => keys.clientId === clientId, serviceAccountInvitesAs, "serviceAccount");
  }

  #find(
    wanted: (keys: Keys) => boolean,
    name: keyof Keys,
    kind: Caller["kind"],
  ): { keys: Keys; caller: Caller } | undefined {
    if (wanted(this.full)) {
      return { keys: this.full, caller: { name: this.full[name], kind, readOnly: false } };
    }
    if (wanted(this.readOnly)) {
      return { keys: this.readOnly, caller: { name: this.readOnly[name], kind, readOnly: true } };
    }
    return undefined;
  }
}
