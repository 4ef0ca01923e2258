// The browser's side of the portal's split keys (delivery/escrow/keys.py has the server's).
// The link key stays in this tab: only a proof of it, and later a read receipt, are ever sent.

const VERSION = "sealpost/escrow/v1";
const KEY_SIZE = 32;
const NONCE_SIZE = 12;
const HAND_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const HAND_LENGTH = 52;

const utf8 = new TextEncoder();

export class WrongKeyError extends Error {}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(text) {
  return Uint8Array.from(text.match(/../g) || [], (pair) => Number.parseInt(pair, 16));
}

export function fromBase64(text) {
  const standard = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(standard), (letter) => letter.charCodeAt(0));
}

// From the link's fragment or from the groups that a person typed. Throws WrongKeyError.
export function readLinkKey(text) {
  const letters = text.replace(/\s/g, "");
  const typed = letters.replace(/-/g, "").toUpperCase().replace(/[IL]/g, "1").replace(/O/g, "0");
  if (typed.length === HAND_LENGTH && [...typed].every((letter) => HAND_ALPHABET.includes(letter))) {
    return fromHandLetters(typed);
  }
  if (!/^[\w-]{43}$/.test(letters)) throw new WrongKeyError();
  return fromBase64(letters);
}

// Five bits a letter; the four after the last whole byte say nothing.
function fromHandLetters(typed) {
  const key = new Uint8Array(KEY_SIZE);
  for (let bit = 0; bit < KEY_SIZE * 8; bit++) {
    const letter = HAND_ALPHABET.indexOf(typed[Math.floor(bit / 5)]);
    key[bit >> 3] |= ((letter >> (4 - (bit % 5))) & 1) << (7 - (bit & 7));
  }
  return key;
}

export async function derive(secret, itemId, purpose) {
  const source = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const how = {
    name: "HKDF",
    hash: "SHA-256",
    salt: utf8.encode(itemId),
    info: utf8.encode(`${VERSION}/${purpose}`),
  };
  return new Uint8Array(await crypto.subtle.deriveBits(how, source, KEY_SIZE * 8));
}

function open(key, sealed, place, part) {
  return openWith(key, sealed.subarray(0, NONCE_SIZE), sealed.subarray(NONCE_SIZE), place, part);
}

async function openWith(key, nonce, sealed, place, part) {
  const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const names = [VERSION, place.tenantId, place.itemId, place.contactId, part];
  const how = { name: "AES-GCM", iv: nonce, additionalData: utf8.encode(names.join("|")) };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(how, aes, sealed));
  } catch (error) {
    throw new WrongKeyError(`these keys do not open this message (${error.name})`);
  }
}

export function proof(linkKey, itemId) {
  return derive(linkKey, itemId, "proof");
}

export function receipt(contentKey, itemId) {
  return derive(contentKey, itemId, "receipt");
}

// `stretched`: what an agreed passphrase was made into, for a message that was sealed with one.
export async function openContentKey(place, linkKey, { serverShare, wrappedKey, stretched = [] }) {
  const all = new Uint8Array([...linkKey, ...serverShare, ...stretched]);
  const wrappingKey = await derive(all, place.itemId, "wrapping-key");
  return open(wrappingKey, wrappedKey, place, "content-key");
}

// A piece of a file: its number, and whether it is the last, are in the nonce (delivery/escrow/streams.py).
export async function openChunk(place, contentKey, file, number, sealed) {
  const part = `part/file/${file.position}`;
  const nonce = new Uint8Array(NONCE_SIZE);
  nonce.set(fromBase64(file.prefix));
  new DataView(nonce.buffer).setUint32(7, number);
  nonce[11] = number === file.chunks - 1 ? 1 : 0;
  return openWith(await derive(contentKey, place.itemId, part), nonce, sealed, place, part);
}

export async function openPart(place, contentKey, name, sealed) {
  const partKey = await derive(contentKey, place.itemId, `part/${name}`);
  return new TextDecoder().decode(await open(partKey, sealed, place, `part/${name}`));
}
