// An OpenID Connect provider on loopback, for the tests only: users in two groups, who sign in by name.
//
//   node provider.mjs PORT REDIRECT_URI SECONDS      prints "ready" once it answers
//
// SECONDS is how long an identity token, and so a sign-in at the dashboard, lasts, unless the form says otherwise.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import Provider from "oidc-provider";

const [port, redirect, seconds] = process.argv.slice(2);
let lasts = Number(seconds);
const issuer = `http://localhost:${port}`;
const USERS = {
  "reader-a": { haic: ["readers", "ward-a"], name: "Rita Reader", email: "rita.reader@example.org" },
  "clinician-a": { haic: ["clinicians", "ward-a"], name: "Carl Clinician", email: "carl.clinician@example.org" },
  "clinician-b": { haic: ["clinicians", "ward-b"], name: "Bea Clinician", email: "bea.clinician@example.org" },
  "admin": { haic: ["admins"], name: "Ada Admin", email: "ada.admin@example.org" },
  "nobody": { haic: ["canteen"], name: "Noah Nobody", email: "noah.nobody@example.org" },
};

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "test" };

const provider = new Provider(issuer, {
  clients: [{
    client_id: "haic-nomogram",
    client_secret: "a-client-secret-of-the-tests-alone",
    redirect_uris: [redirect],
    post_logout_redirect_uris: [redirect],
    response_types: ["code"],
    grant_types: ["authorization_code"],
  }],
  jwks: { keys: [key] },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  claims: { openid: ["sub", "haic"], profile: ["name"], email: ["email"] },
  conformIdTokenClaims: false, // as hospitals' providers do: the claims stand in the identity token
  ttl: { IdToken: () => lasts, AccessToken: 3600, AuthorizationCode: 60, Interaction: 600, Session: 3600, Grant: 3600 },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
  findAccount: (_, id) => USERS[id] && { accountId: id, claims: () => ({ sub: id, ...USERS[id] }) },
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({ clientId: context.oidc.client.clientId, accountId: context.oidc.session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});

provider.use(async (context, next) => {
  if (!context.path.startsWith("/sign-in/")) return next();
  if (context.method === "GET") {
    context.type = "html";
    context.body = '<form method="post"><label>User <input name="user" autofocus></label><label>Seconds <input name="seconds"></label><button>Go</button></form>';
    return;
  }
  const parts = [];
  for await (const part of context.req) parts.push(part);
  const form = new URLSearchParams(Buffer.concat(parts).toString());
  lasts = Number(form.get("seconds") || seconds);
  await provider.interactionFinished(context.req, context.res, { login: { accountId: form.get("user") } }, { mergeWithLastSubmission: false });
  context.respond = false;
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
