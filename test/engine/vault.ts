import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";

/** A secrets provider of Pulumi: the key of a stack is kept by a Vault, which is asked for it at each start of the CLI. */
export const vault = "hashivault://stack";

let shared: Promise<NodeJS.ProcessEnv> | undefined;

/**
 * Starts a Vault, once per process, and gives what leads the CLI to it. To derive the key from a passphrase takes half of
 * the processor time of a short command, on purpose. This Vault protects nothing: it hands keys back as they are.
 */
export function vaultEnv(): Promise<NodeJS.ProcessEnv> {
  shared ??= startVault();
  return shared;
}

async function startVault(): Promise<NodeJS.ProcessEnv> {
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as { plaintext?: string; ciphertext?: string };
    const data =
      request.url === "/v1/transit/encrypt/stack"
        ? { ciphertext: `vault:v1:${body.plaintext}` }
        : { plaintext: body.ciphertext?.slice("vault:v1:".length) };
    response.setHeader("Content-Type", "application/json").end(JSON.stringify({ data }));
  });
  server.unref().listen(0, "127.0.0.1");
  server.on("connection", (socket) => socket.unref());
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the Vault has no port");
  }
  return { VAULT_SERVER_URL: `http://127.0.0.1:${address.port}`, VAULT_SERVER_TOKEN: "for-tests" };
}
