// The passphrase that a person and a clinic agreed on (delivery/escrow/passphrases.py has the server's side).
// Neither it nor what is made of it leaves the tab: a proof for the one message does.
import { argon2id } from "./argon2id.js";
import { derive, fromHex, toHex } from "./escrow-keys.js";

const SLOW = { kibibytes: 65536, passes: 3, size: 32 };

export function plainOf(typed) {
  return typed.normalize("NFKC").toLowerCase().replace(/[\s-]+/g, "");
}

export function stretch(typed, salt) {
  return argon2id(new TextEncoder().encode(plainOf(typed)), fromHex(salt), SLOW);
}

export function proofOf(stretched, itemId) {
  return derive(stretched, itemId, "passphrase-proof");
}

export function passphraseName(itemId) {
  return `escrow-passphrase:${itemId}`;
}

export function keptPassphrase(itemId, storage) {
  const kept = storage.getItem(passphraseName(itemId));
  return kept ? fromHex(kept) : null;
}

export function keepPassphrase(itemId, stretched, storage) {
  storage.setItem(passphraseName(itemId), toHex(stretched));
}
