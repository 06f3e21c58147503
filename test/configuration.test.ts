import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ConfigurationError, readSettings } from "../provider/configuration";

const read = (config: Record<string, string>, environment: Record<string, string> = {}) =>
  readSettings((key) => config[key], environment);

const apiKey = { "mongodbatlas:publicKey": "pub", "mongodbatlas:privateKey": "priv" };
const account = { "mongodbatlas:clientId": "id", "mongodbatlas:clientSecret": "secret" };

describe("credentials", () => {
  test("are an API key from the configuration", () => {
    const { runsIn: _, wording: __, ...settings } = read(apiKey);
    assert.deepEqual(settings, {
      baseUrl: "https://cloud.mongodb.com",
      credentials: {
        kind: "apiKey",
        foundIn: ["mongodbatlas:publicKey", "mongodbatlas:privateKey"],
        publicKey: "pub",
        privateKey: "priv",
      },
    });
  });

  test("are a service account rather than an API key of the same source", () => {
    const expected = { kind: "serviceAccount", clientId: "id", clientSecret: "secret" };
    assert.deepEqual(read({ ...apiKey, ...account }).credentials, {
      ...expected,
      foundIn: ["mongodbatlas:clientId", "mongodbatlas:clientSecret"],
    });
    const environment = {
      MONGODB_ATLAS_PUBLIC_KEY: "pub",
      MONGODB_ATLAS_PRIVATE_KEY: "priv",
      MONGODB_ATLAS_CLIENT_ID: "id",
      MONGODB_ATLAS_CLIENT_SECRET: "secret",
    };
    assert.deepEqual(read({}, environment).credentials, {
      ...expected,
      foundIn: ["MONGODB_ATLAS_CLIENT_ID", "MONGODB_ATLAS_CLIENT_SECRET"],
    });
  });

  test("are an API key of the configuration rather than a service account of the environment", () => {
    const environment = { MONGODB_ATLAS_CLIENT_ID: "id", MONGODB_ATLAS_CLIENT_SECRET: "secret" };
    assert.equal(read(apiKey, environment).credentials.kind, "apiKey");
  });

  for (const [publicName, privateName] of [
    ["MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_PRIVATE_KEY"],
    ["MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY"],
  ] as const) {
    test(`fall back to ${publicName} and ${privateName}`, () => {
      assert.deepEqual(read({}, { [publicName]: "pub", [privateName]: "priv" }).credentials, {
        kind: "apiKey",
        foundIn: [publicName, privateName],
        publicKey: "pub",
        privateKey: "priv",
      });
    });
  }

  test("may have one half in the configuration and the other in the environment", () => {
    const { credentials } = read(
      { "mongodbatlas:publicKey": "pub" },
      { MONGODB_ATLAS_PRIVATE_KEY: "priv\n" },
    );
    assert.deepEqual(credentials, {
      kind: "apiKey",
      foundIn: ["mongodbatlas:publicKey", "MONGODB_ATLAS_PRIVATE_KEY"],
      publicKey: "pub",
      privateKey: "priv",
    });
  });

  for (const [given, missing, variable] of [
    ["publicKey", "privateKey", "MONGODB_ATLAS_PRIVATE_KEY"],
    ["privateKey", "publicKey", "MONGODB_ATLAS_PUBLIC_KEY"],
    ["clientId", "clientSecret", "MONGODB_ATLAS_CLIENT_SECRET"],
    ["clientSecret", "clientId", "MONGODB_ATLAS_CLIENT_ID"],
  ] as const) {
    test(`without ${missing} are an error that names it and its variable`, () => {
      assert.throws(
        () => read({ [`mongodbatlas:${given}`]: "half-of-a-pair" }),
        new ConfigurationError(
          `mongodbatlas:${missing} is missing, though mongodbatlas:${given} is set. ` +
            `Set it with \`pulumi config set --secret mongodbatlas:${missing}\` or in the variable ${variable}.`,
        ),
      );
    });
  }

  test("of which one half is in the environment are an error that names its variable", () => {
    assert.throws(
      () => read({}, { MONGODB_ATLAS_PUBLIC_API_KEY: "half-of-a-pair" }),
      new ConfigurationError(
        "mongodbatlas:privateKey is missing, though MONGODB_ATLAS_PUBLIC_API_KEY is set. " +
          "Set it with `pulumi config set --secret mongodbatlas:privateKey` or in the variable MONGODB_ATLAS_PRIVATE_KEY.",
      ),
    );
  });

  test("that are nowhere are an error that says all the ways to set them", () => {
    assert.throws(
      () => read({ "mongodbatlas:publicKey": "" }),
      new ConfigurationError(
        "No Atlas credentials are configured. Set mongodbatlas:clientId and mongodbatlas:clientSecret (a service account) or " +
          "mongodbatlas:publicKey and mongodbatlas:privateKey (an API key) with `pulumi config set --secret`, or the variables " +
          "MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, or MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY.",
      ),
    );
  });

  test("that could smuggle a header are refused without being shown", () => {
    assert.throws(
      () => read({ ...apiKey, "mongodbatlas:publicKey": 'pub"\r\nX-Evil: 1' }),
      new ConfigurationError(
        "mongodbatlas:publicKey must be printable ASCII without spaces, quotes or backslashes. " +
          "Copy it again from Atlas, without anything around it.",
      ),
    );
  });
});

describe("the base URL", () => {
  const baseUrl = (url: string) => read({ ...apiKey, "mongodbatlas:baseUrl": url }).baseUrl;

  for (const [given, taken] of [
    ["https://cloud.mongodbgov.com/", "https://cloud.mongodbgov.com"],
    ["https://cloud.mongodbgov.com", "https://cloud.mongodbgov.com"],
    ["http://127.0.0.1:8080//", "http://127.0.0.1:8080"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"],
  ] as const) {
    test(`may be ${given}`, () => assert.equal(baseUrl(given), taken));
  }

  test("falls back to the environment", () => {
    assert.equal(
      read(apiKey, { MONGODB_ATLAS_BASE_URL: "https://atlas.example" }).baseUrl,
      "https://atlas.example",
    );
  });

  for (const [given, problem] of [
    ["cloud.mongodb.com", "must be an absolute URL"],
    ["ftp://cloud.mongodb.com", "must start with https://"],
    [
      "http://cloud.mongodb.com",
      "must start with https:// (plain http only reaches a loopback host, and cloud.mongodb.com is not one)",
    ],
    [
      "http://127.0.0.1.evil.example",
      "must start with https:// (plain http only reaches a loopback host, and 127.0.0.1.evil.example is not one)",
    ],
    ["https://user:password@cloud.mongodb.com", "must not contain a user name or password"],
    ["https://cloud.mongodb.com/api", "must not have a path, a query or a fragment"],
    ["https://cloud.mongodb.com?x=1", "must not have a path, a query or a fragment"],
  ] as const) {
    test(`may not be ${given}`, () => {
      assert.throws(
        () => baseUrl(given),
        new ConfigurationError(
          `mongodbatlas:baseUrl ${problem}. Set it to an address such as https://cloud.mongodb.com, or leave it out.`,
        ),
      );
    });
  }
});

describe("what else @pulumi/mongodbatlas reads", () => {
  const government = { ...apiKey, "mongodbatlas:isMongodbgovCloud": "true" };

  test("isMongodbgovCloud leads to Atlas for Government", () => {
    assert.equal(read(government).baseUrl, "https://cloud.mongodbgov.com");
    assert.equal(
      read({ ...apiKey, "mongodbatlas:isMongodbgovCloud": "false" }).baseUrl,
      "https://cloud.mongodb.com",
    );
  });

  test("isMongodbgovCloud is refused beside an address elsewhere, and lets one of its own be", () => {
    assert.throws(
      () => read(government, { MONGODB_ATLAS_BASE_URL: "https://cloud.mongodb.com" }),
      /^ConfigurationError: mongodbatlas:isMongodbgovCloud is true, but MONGODB_ATLAS_BASE_URL leads to cloud\.mongodb\.com: leave one of them out\.$/,
    );
    const own = "https://cloud-qa.mongodbgov.com";
    assert.equal(read({ ...government, "mongodbatlas:baseUrl": own }).baseUrl, own);
  });

  test("isMongodbgovCloud must be true or false", () => {
    assert.throws(
      () => read({ ...apiKey, "mongodbatlas:isMongodbgovCloud": "yes" }),
      /must be true or false, but got 'yes'/,
    );
  });

  for (const key of ["assumeRole", "secretName"]) {
    test(`${key} is refused by name, also beside other credentials`, () => {
      assert.throws(
        () => read({ ...apiKey, [`mongodbatlas:${key}`]: "x" }),
        new RegExp(`mongodbatlas:${key} is set, and .* only @pulumi/mongodbatlas can do`),
      );
    });
  }

  test("an access token is taken as it is, before a service account of the same source", () => {
    assert.deepEqual(read({ ...account, "mongodbatlas:accessToken": "token" }).credentials, {
      kind: "accessToken",
      foundIn: ["mongodbatlas:accessToken"],
      accessToken: "token",
    });
    assert.equal(read({}, { MONGODB_ATLAS_ACCESS_TOKEN: "token" }).credentials.kind, "accessToken");
  });

  test("the variables of MongoDB's command line tools come last", () => {
    const tools = {
      MCLI_PUBLIC_API_KEY: "pub",
      MCLI_PRIVATE_API_KEY: "priv",
      MCLI_OPS_MANAGER_URL: "https://cloud-dev.mongodb.com/",
    };
    assert.equal(read({}, tools).baseUrl, "https://cloud-dev.mongodb.com");
    assert.deepEqual(read({}, { ...tools, MONGODB_ATLAS_PUBLIC_KEY: "other" }).credentials, {
      kind: "apiKey",
      foundIn: ["MONGODB_ATLAS_PUBLIC_KEY", "MCLI_PRIVATE_API_KEY"],
      publicKey: "other",
      privateKey: "priv",
    });
  });
});

describe("the inputs of a Provider", () => {
  const shop = { "mongodbatlas:provider": "shop" };
  const standard = { MONGODB_ATLAS_PUBLIC_KEY: "other", MONGODB_ATLAS_PRIVATE_KEY: "other" };
  const named = {
    ...shop,
    "mongodbatlas:publicKeyVariable": "SHOP_PUBLIC",
    "mongodbatlas:privateKeyVariable": "SHOP_PRIVATE",
  };
  const refusal = (config: Record<string, string>, environment: Record<string, string>): string => {
    try {
      read(config, environment);
    } catch (error) {
      assert.ok(error instanceof ConfigurationError);
      return error.message;
    }
    return "";
  };

  test("lead to the variables that they name", () => {
    const { credentials } = read(named, { ...standard, SHOP_PUBLIC: "pub\n", SHOP_PRIVATE: "priv" });
    assert.deepEqual(credentials, {
      kind: "apiKey",
      foundIn: ["SHOP_PUBLIC", "SHOP_PRIVATE"],
      publicKey: "pub",
      privateKey: "priv",
    });
  });

  test("never lead to standard variables in the place of what is not set", () => {
    assert.equal(
      refusal(named, { ...standard, SHOP_PUBLIC: "pub" }),
      "The environment variable SHOP_PRIVATE, from which Provider shop takes its privateKey, is not set: set it where Pulumi runs.",
    );
    assert.match(
      refusal({ ...shop, ...apiKey, "mongodbatlas:privateKey": "" }, standard),
      /^The argument privateKey of Provider shop is empty/,
    );
    assert.match(
      refusal({ ...shop, "mongodbatlas:publicKey": "pub" }, standard),
      /^privateKey of Provider shop is missing, though publicKey of Provider shop is set\. A Provider needs both/,
    );
  });

  test("have one kind of credentials", () => {
    assert.match(
      refusal({ ...shop, ...apiKey, ...account }, {}),
      /^Provider shop has two kinds of credentials/,
    );
  });

  test("without credentials lead to the standard variables, and without those to a sentence", () => {
    const { credentials } = read(shop, standard);
    assert.deepEqual(credentials.foundIn, ["MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_PRIVATE_KEY"]);
    const both = { ...standard, MONGODB_ATLAS_CLIENT_ID: "id", MONGODB_ATLAS_CLIENT_SECRET: "secret" };
    assert.equal(read(shop, both).credentials.kind, "serviceAccount");
    assert.match(refusal(shop, {}), /^Provider shop has no Atlas credentials\. Name the variables/);
  });

  test("have an address of their own, or the standard variable's", () => {
    const environment = {
      SHOP_URL: "https://shop.example.com",
      MONGODB_ATLAS_BASE_URL: "https://atlas.example.com",
    };
    assert.equal(
      read({ ...shop, ...apiKey, "mongodbatlas:baseUrlVariable": "SHOP_URL" }, environment).baseUrl,
      "https://shop.example.com",
    );
    assert.equal(read({ ...shop, ...apiKey }, environment).baseUrl, "https://atlas.example.com");
    const wrong = { ...shop, ...apiKey, "mongodbatlas:baseUrl": "ftp://x" };
    assert.match(refusal(wrong, {}), /^baseUrl of Provider shop must start with https:\/\//);
  });

  test("tell of rotated credentials what helps: a refresh has the arguments of the last update", () => {
    assert.match(
      read({ ...shop, ...apiKey }).wording?.rotatedCredentials ?? "",
      /arguments that the Provider had/,
    );
    const variables = { SHOP_PUBLIC: "pub", SHOP_PRIVATE: "priv" };
    assert.equal(read(named, variables).wording?.rotatedCredentials, undefined);
  });
});
