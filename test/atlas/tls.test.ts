import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import * as v from "valibot";
import { AtlasClient } from "../../provider/atlas/client";
import { FakeClock } from "../fakeClock";

// A pair made for this test, which no authority has signed; valid until 2126.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrUagSGvlGICPFXzp
2d2KzqotY4qlGeMMnCNZLAp1QbGhRANCAATykhzzUJBUzXbl3qIkhU0ZyokYGh9u
NkNgSk4jQXTMBENSFLscdpx8djtkOgRv5D5EAY3z6YpX+qkX0wYJC2ni
-----END PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBkjCCATigAwIBAgIUeYe80LId1EEVGBYKn2wdn+QXGgcwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKYXRsYXMudGVzdDAgFw0yNjExMjQwODI5NDRaGA8yMTI2MTAz
MTA4Mjk0NFowFTETMBEGA1UEAwwKYXRsYXMudGVzdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABPKSHPNQkFTNduXeoiSFTRnKiRgaH242Q2BKTiNBdMwEQ1IUuxx2
nHx2O2Q6BG/kPkQBjfPpilf6qRfTBgkLaeKjZDBiMB0GA1UdDgQWBBQ0soPdwO8g
cy94XmzbRHVyra0XtzAfBgNVHSMEGDAWgBQ0soPdwO8gcy94XmzbRHVyra0XtzAP
BgNVHRMBAf8EBTADAQH/MA8GA1UdEQQIMAaHBH8AAAEwCgYIKoZIzj0EAwIDSAAw
RQIhAKetuE/hzLD65UUDEM3Iy9q9OKC4gjvFK2y5UGjRAiSvAiBmdUkCFaEZ3txP
D4H6SuzwXmnAL/OqXeuF24xuP4mrxA==
-----END CERTIFICATE-----`;

test("a certificate that nobody vouches for is refused, whatever the environment says", async () => {
  let asked = 0;
  const server = createServer({ key, cert }, (_request, response) => {
    asked += 1;
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new AtlasClient(
    {
      baseUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { kind: "apiKey", publicKey: "public", privateKey: "private" },
    },
    { clock: new FakeClock() },
  );
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  try {
    await assert.rejects(
      client.send(
        {
          operation: "listOrgs",
          method: "GET",
          path: "/orgs",
          idempotent: true,
          summary: "list the organizations",
          requiredRole: "any",
          rateLimitSet: "organizations",
        },
        v.any(),
      ),
      /got no answer \(DEPTH_ZERO_SELF_SIGNED_CERT\)\. The certificate of 127\.0\.0\.1:\d+ is not trusted here/,
    );
    assert.equal(asked, 0);
  } finally {
    delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    server.closeAllConnections();
    server.close();
  }
});
