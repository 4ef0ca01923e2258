// Keys of links that this browser has opened, for somebody whom a passkey tells: each sealed under a key of the device
// that the server hands out to a visit by passkey alone. What is kept here opens nothing without that one.
import { derive, fromHex, toHex } from "./escrow-keys.js";

const NAME = "escrow-ring:";
const NONCE_SIZE = 12;

async function sealingKey(deviceKey, itemId, use) {
  const bytes = await derive(deviceKey, itemId, "device-ring");
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, [use]);
}

// What has expired goes, whoever's it was.
export function tidy(storage, now) {
  for (const name of Object.keys(storage)) {
    if (name.startsWith(NAME) && Number(storage.getItem(name).split(".")[0]) <= now) storage.removeItem(name);
  }
}

// `until`: when the message goes, in seconds since 1970.
export async function remember(deviceKey, itemId, linkKey, until, storage) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_SIZE));
  const key = await sealingKey(deviceKey, itemId, "encrypt");
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, linkKey));
  storage.setItem(NAME + itemId, `${until * 1000}.${toHex(nonce)}${toHex(sealed)}`);
}

// Null for a message that this browser has not opened, or not with the passkey that there is now.
export async function recall(deviceKey, itemId, storage) {
  const kept = storage.getItem(NAME + itemId);
  if (!kept) return null;
  const bytes = fromHex(kept.split(".")[1]);
  const key = await sealingKey(deviceKey, itemId, "decrypt");
  const how = { name: "AES-GCM", iv: bytes.subarray(0, NONCE_SIZE) };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(how, key, bytes.subarray(NONCE_SIZE)));
  } catch (_otherKey) {
    storage.removeItem(NAME + itemId);
    return null;
  }
}

export async function deviceKeyFrom(url) {
  const answer = await fetch(url);
  return answer.ok ? fromHex((await answer.json()).key) : null;
}
