import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Provider, type ProviderArgs } from "../../provider/index";
import { variablesOf } from "../../provider/resources/provider/variables";

interface Registered {
  type: string;
  inputs: Record<string, unknown>;
}

let registered: Registered[] = [];

before(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ name, type, inputs }) => {
      registered.push({ type, inputs });
      return { id: `${name}-id`, state: inputs };
    },
    call: () => ({}),
  });
});

async function register(args?: ProviderArgs, options?: pulumi.ResourceOptions): Promise<Registered> {
  registered = [];
  const provider = new Provider("shop", args, options);
  await new Promise((resolve) => provider.urn.apply(resolve));
  const [only] = registered;
  assert.ok(only !== undefined && registered.length === 1);
  return only;
}

const mistakeOf = (args: object): string => {
  try {
    new Provider("shop", args as ProviderArgs);
  } catch (error) {
    assert.ok(pulumi.RunError.isInstance(error));
    return error.message;
  }
  return "";
};

describe("what a Provider registers", () => {
  test("is the type and the names that states hold", async () => {
    const { type, inputs } = await register({
      publicKey: "public",
      privateKey: "hush",
      isMongodbgovCloud: true,
    });
    assert.equal(type, "pulumi:providers:pulumi-nodejs");
    const { [pulumi.runtime.specialSigKey]: _, ...given } = inputs;
    assert.deepEqual(Object.keys(given).sort(), [
      "mongodbatlas:isMongodbgovCloud",
      "mongodbatlas:privateKey",
      "mongodbatlas:provider",
      "mongodbatlas:publicKey",
    ]);
    assert.equal(given["mongodbatlas:isMongodbgovCloud"], "true");
  });

  test("marks the private part as a secret, and no other", async () => {
    const { inputs } = await register({ clientId: "id", clientSecret: "hush" });
    const isSecret = (value: unknown): boolean =>
      typeof value === "object" && value !== null && pulumi.runtime.specialSigKey in value;
    assert.ok(isSecret(inputs["mongodbatlas:clientSecret"]));
    assert.equal(inputs["mongodbatlas:clientId"], "id");
  });

  test("is the names of variables where those are given", async () => {
    const { inputs } = await register({
      environmentVariables: { clientId: "SHOP_ID", clientSecret: "SHOP_SECRET" },
    });
    assert.deepEqual(inputs, {
      "mongodbatlas:provider": "shop",
      "mongodbatlas:clientIdVariable": "SHOP_ID",
      "mongodbatlas:clientSecretVariable": "SHOP_SECRET",
    });
  });

  test("takes variables of Atlas out of envVarMappings, where one that is not set would leave another's in its place", async () => {
    const mappings = {
      SHOP_PUBLIC: "MONGODB_ATLAS_PUBLIC_KEY",
      SHOP_PRIVATE: "MCLI_PRIVATE_API_KEY",
      P: "HTTPS_PROXY",
    };
    const { inputs } = await register({}, { envVarMappings: mappings });
    assert.deepEqual(inputs, {
      "mongodbatlas:provider": "shop",
      "mongodbatlas:publicKeyVariable": "SHOP_PUBLIC",
      "mongodbatlas:privateKeyVariable": "SHOP_PRIVATE",
    });
    // The mocks do not see what is left for the engine.
    assert.deepEqual(variablesOf(mappings).others, { P: "HTTPS_PROXY" });
  });
});

describe("mistakes in the arguments of a Provider", () => {
  for (const [name, args, message] of [
    [
      "an unknown argument",
      { apiKey: "hush" },
      /^Provider 'shop': apiKey must be left out: the arguments are publicKey, /,
    ],
    [
      "half a pair",
      { publicKey: "p" },
      /^Provider 'shop': privateKey must be given too, as an argument or by a variable: it is the other half of an API key\.$/,
    ],
    [
      "half a pair of variables",
      { environmentVariables: { clientSecret: "S" } },
      /^Provider 'shop': clientId must be given too/,
    ],
    [
      "two kinds",
      { publicKey: "p", privateKey: "hush", clientId: "c", clientSecret: "hush" },
      /^Provider 'shop': the credentials must be of one kind, but got a service account and an API key\.$/,
    ],
    [
      "what is not there",
      { publicKey: undefined, privateKey: undefined },
      /^Provider 'shop': publicKey must be a text that is not empty, but got nothing; privateKey must be a text/,
    ],
    [
      "an argument and a variable",
      { publicKey: "p", privateKey: "hush", environmentVariables: { privateKey: "S" } },
      /^Provider 'shop': privateKey must be given as an argument or by a variable, but got both\.$/,
    ],
    [
      "a key where a variable is to be named",
      { environmentVariables: { publicKey: "P", privateKey: "hush-hush" } },
      /^Provider 'shop': environmentVariables\.privateKey must be the name of a variable, such as SHOP_ATLAS_PRIVATE_KEY\.$/,
    ],
    [
      "an unknown variable",
      { environmentVariables: { apiKey: "P" } },
      /^Provider 'shop': environmentVariables\.apiKey must be left out: the settings are publicKey, /,
    ],
    [
      "another type",
      { isMongodbgovCloud: "hush" },
      /^Provider 'shop': isMongodbgovCloud must be true or false, but got something else\.$/,
    ],
  ] as const) {
    test(`name ${name}, and show no value`, () => {
      const text = mistakeOf(args);
      assert.match(text, message);
      assert.doesNotMatch(text, /hush/);
    });
  }

  test("name a name that the engine has for its own", () => {
    assert.throws(
      () => new Provider("default_shop"),
      /the name must not be default, nor begin with default_/,
    );
  });

  for (const wrong of [null, 42, "SHOP"]) {
    test(`name variables that are no object, such as ${wrong}`, () => {
      assert.match(mistakeOf({ environmentVariables: wrong }), /environmentVariables/);
    });
  }

  test("are not looked for in outputs, which the preview may not know", () => {
    assert.equal(mistakeOf({ publicKey: pulumi.output("p"), privateKey: pulumi.output("") }), "");
  });
});
