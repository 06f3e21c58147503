import * as pulumi from "@pulumi/pulumi";

/*
 * The provider that one writes first, kept as a baseline: Pulumi copies its functions into the state of every resource,
 * it asks Atlas about every user on its own, and every request pays for a challenge of its own. It is like this on
 * purpose, and only for the bench.
 */

interface Inputs {
  projectId: string;
  username: string;
  roles: string[];
}

interface Outputs extends Inputs {
  userId: string;
  orgMembershipStatus: string;
}

interface Settings {
  baseUrl: string;
  publicKey: string;
  privateKey: string;
}

const mediaType = "application/vnd.atlas.2025-03-12+json";

// Where these functions run there is no module around them: everything they use is copied or required.
const send = async (settings: Settings, method: string, path: string, body?: unknown) => {
  const { createHash, randomBytes } = require("node:crypto") as typeof import("node:crypto");
  const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
  const uri = `/api/atlas/v2${path}`;
  const attempt = async (authorization?: string): Promise<Response> =>
    fetch(settings.baseUrl + uri, {
      method,
      headers: {
        Accept: mediaType,
        ...(body === undefined ? {} : { "Content-Type": mediaType }),
        ...(authorization === undefined ? {} : { Authorization: authorization }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  const refusal = await attempt();
  await refusal.arrayBuffer();
  const challenge = refusal.headers.get("www-authenticate") ?? "";
  const parameter = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? "";
  const realm = parameter("realm");
  const nonce = parameter("nonce");
  const cnonce = randomBytes(8).toString("hex");
  const ha1 = md5(`${settings.publicKey}:${realm}:${settings.privateKey}`);
  const response = md5(`${ha1}:${nonce}:00000001:${cnonce}:auth:${md5(`${method}:${uri}`)}`);
  const answer = await attempt(
    `Digest username="${settings.publicKey}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
      `algorithm="MD5", qop=auth, nc=00000001, cnonce="${cnonce}", response="${response}"`,
  );
  const text = await answer.text();
  if (!answer.ok && answer.status !== 404) {
    throw new Error(`${method} ${uri} was answered ${answer.status}: ${text}`);
  }
  return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
};

const outputs = (
  inputs: Inputs,
  user: { id: string; roles: string[]; orgMembershipStatus: string },
): Outputs => ({
  projectId: inputs.projectId,
  username: inputs.username,
  roles: user.roles,
  userId: user.id,
  orgMembershipStatus: user.orgMembershipStatus,
});

class NaiveProvider implements pulumi.dynamic.ResourceProvider<Inputs, Outputs> {
  // Not a variable of the module: each of the copied functions would have its own.
  declare private settings: Settings;

  async configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.settings = {
      baseUrl: config.require("mongodbatlas:baseUrl"),
      publicKey: config.require("mongodbatlas:publicKey"),
      privateKey: config.require("mongodbatlas:privateKey"),
    };
  }

  async check(_olds: Inputs, news: Inputs): Promise<pulumi.dynamic.CheckResult<Inputs>> {
    return { inputs: news };
  }

  async diff(_id: string, olds: Outputs, news: Inputs): Promise<pulumi.dynamic.DiffResult> {
    return { changes: olds.roles.join() !== news.roles.join() };
  }

  async create(inputs: Inputs): Promise<pulumi.dynamic.CreateResult<Outputs>> {
    const user = { username: inputs.username, roles: inputs.roles };
    const { body } = await send(this.settings, "POST", `/groups/${inputs.projectId}/users`, user);
    return { id: body.id, outs: outputs(inputs, body) };
  }

  async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
    const { status, body } = await send(this.settings, "GET", `/groups/${props?.projectId}/users/${id}`);
    return status === 404 ? {} : { id, props: outputs(props as Outputs, body) };
  }

  async delete(id: string, props: Outputs): Promise<void> {
    await send(this.settings, "DELETE", `/groups/${props.projectId}/users/${id}`);
  }
}

const provider = new NaiveProvider();

export class NaiveProjectUser extends pulumi.dynamic.Resource {
  constructor(name: string, args: Inputs) {
    super(provider, name, { userId: undefined, orgMembershipStatus: undefined, ...args });
  }
}
