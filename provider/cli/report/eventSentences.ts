import type { AtlasEvent } from "../../atlas/operations/index";
import type { Actor } from "./attributionFields";

/** Client ids of service accounts begin like this. */
const clientId = /^mdb_sa_id_/;

/** Who has caused an event; null where it does not tell. Which field names a service account is not documented. */
export function actorOf(event: AtlasEvent): Actor | null {
  const { isGlobalAdmin, username, userId, publicKey, apiKeyId, delegatePrincipal } = event;
  if (isGlobalAdmin === true) {
    return { kind: "mongodbEmployee", name: username ?? userId ?? null };
  }
  const account = [publicKey, username, delegatePrincipal?.id, delegatePrincipal?.name].find(
    (name) => name != null && clientId.test(name),
  );
  if (account != null) {
    return { kind: "serviceAccount", name: account };
  }
  const key = publicKey ?? apiKeyId;
  if (key != null) {
    return { kind: "apiKey", name: key };
  }
  const user = username ?? userId;
  return user == null ? null : { kind: "user", name: user };
}

/** An actor to follow "by". */
export function inSentence(actor: Actor | null): string {
  if (actor === null) {
    return "somebody that Atlas does not name";
  }
  const { kind, name } = actor;
  switch (kind) {
    case "user":
      return String(name);
    case "apiKey":
      return `API key ${name}`;
    case "serviceAccount":
      return `service account ${name}`;
    case "mongodbEmployee":
      return `a MongoDB employee${name === null ? "" : ` (${name})`}`;
  }
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A time such as `Tue 24 Nov 14:02 UTC`, with the year where it is another one than now. */
export function atTime(at: Date, now: Date): string {
  const year = at.getUTCFullYear() === now.getUTCFullYear() ? "" : `${at.getUTCFullYear()} `;
  const day = `${weekdays[at.getUTCDay()]} ${at.getUTCDate()} ${months[at.getUTCMonth()]}`;
  return `${day} ${year}${at.toISOString().slice(11, 16)} UTC`;
}
