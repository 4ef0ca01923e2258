// Argon2id (RFC 9106) in one lane, as browsers have none: what makes a passphrase slow to guess.
// It pauses again and again, so that the page can say that it works.
import { blake2b } from "./blake2b.js";

const WORDS = 256; // halves of the 128 words of a block, low first
const SLICES = 4;
const VERSION = 0x13;
const TYPE = 2;
const PAUSE_AFTER = 40; // milliseconds

function numbers(...values) {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

// H' of RFC 9106, 3.3.
function longHash(text, size) {
  const counted = joined(numbers(size), text);
  if (size <= 64) return blake2b(counted, size);
  const whole = new Uint8Array(size);
  let part = blake2b(counted, 64);
  let at = 0;
  for (; size - at > 64; at += 32) {
    whole.set(part.subarray(0, 32), at);
    part = blake2b(part, Math.min(64, size - at - 32));
  }
  whole.set(part, at);
  return whole;
}

// The high half of the product of two halves.
function highOf(a, b) {
  const [little, much, small, large] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = much * small + ((little * small) >>> 16);
  const other = little * large + (middle & 0xffff);
  return much * large + Math.floor(middle / 65536) + Math.floor(other / 65536);
}

// a = a + b + 2 * low(a) * low(b)
function blend(v, a, b) {
  const [one, other] = [v[a], v[b]];
  const product = Math.imul(one, other) >>> 0;
  const high = highOf(one, other);
  const low = one + other + ((product << 1) >>> 0);
  v[a] = low;
  v[a + 1] += v[b + 1] + ((high << 1) | (product >>> 31)) + Math.floor(low / 0x100000000);
}

function turnRight(v, at, by, bits) {
  const low = v[at] ^ v[by];
  const high = v[at + 1] ^ v[by + 1];
  v[at] = (low >>> bits) | (high << (32 - bits));
  v[at + 1] = (high >>> bits) | (low << (32 - bits));
}

function quarter(v, a, b, c, d) {
  blend(v, a, b);
  const low = v[d] ^ v[a];
  v[d] = v[d + 1] ^ v[a + 1];
  v[d + 1] = low;
  blend(v, c, d);
  turnRight(v, b, c, 24);
  blend(v, a, b);
  turnRight(v, d, a, 16);
  blend(v, c, d);
  const [left, right] = [v[b] ^ v[c], v[b + 1] ^ v[c + 1]];
  v[b] = (left << 1) | (right >>> 31);
  v[b + 1] = (right << 1) | (left >>> 31);
}

const ROWS = Array.from({ length: 8 }, (_, row) => Array.from({ length: 16 }, (_, at) => 2 * (16 * row + at)));
const COLUMNS = Array.from({ length: 8 }, (_, column) =>
  Array.from({ length: 16 }, (_, at) => 2 * (2 * column + 16 * (at >> 1) + (at & 1))));

function permute(v, p) {
  quarter(v, p[0], p[4], p[8], p[12]);
  quarter(v, p[1], p[5], p[9], p[13]);
  quarter(v, p[2], p[6], p[10], p[14]);
  quarter(v, p[3], p[7], p[11], p[15]);
  quarter(v, p[0], p[5], p[10], p[15]);
  quarter(v, p[1], p[6], p[11], p[12]);
  quarter(v, p[2], p[7], p[8], p[13]);
  quarter(v, p[3], p[4], p[9], p[14]);
}

const mixed = new Uint32Array(WORDS);

// target = G(one, other), or that on top of what is in the target already.
function compress(one, other, target, isOnTop) {
  for (let at = 0; at < WORDS; at++) {
    mixed[at] = one[at] ^ other[at];
    target[at] = isOnTop ? target[at] ^ mixed[at] : mixed[at];
  }
  for (const row of ROWS) permute(mixed, row);
  for (const column of COLUMNS) permute(mixed, column);
  for (let at = 0; at < WORDS; at++) target[at] ^= mixed[at];
}

// The pseudo-random words of a segment whose addresses do not depend on the passphrase (3.4.1.2).
function* addresses(pass, slice, blocks, passes) {
  const [zero, input, once, words] = [0, 1, 2, 3].map(() => new Uint32Array(WORDS));
  [pass, 0, slice, blocks, passes, TYPE].forEach((value, at) => (input[at * 2] = value));
  while (true) {
    input[12]++;
    compress(zero, input, once, false);
    compress(zero, once, words, false);
    for (let at = 0; at < WORDS; at += 2) yield words[at];
  }
}

// Which block is taken up next to the one before (3.4.2).
function reference(pass, slice, at, length, random) {
  const area = (pass === 0 ? slice * length : SLICES * length - length) + at - 1;
  const back = area - 1 - highOf(area, highOf(random, random));
  const start = pass === 0 || slice === SLICES - 1 ? 0 : (slice + 1) * length;
  return (start + back) % (SLICES * length);
}

export async function argon2id(passphrase, salt, { kibibytes, passes, size }) {
  const length = Math.floor(kibibytes / SLICES);
  const blocks = length * SLICES;
  const memory = new Uint32Array(blocks * WORDS);
  const block = (at) => memory.subarray(at * WORDS, (at + 1) * WORDS);
  const parts = [passphrase, salt, new Uint8Array(0), new Uint8Array(0)];
  const begun = parts.map((part) => joined(numbers(part.length), part));
  const seed = blake2b(joined(numbers(1, size, kibibytes, passes, VERSION, TYPE), ...begun), 64);
  for (const at of [0, 1]) {
    block(at).set(new Uint32Array(longHash(joined(seed, numbers(at, 0)), 1024).buffer));
  }
  let pausedAt = Date.now();
  for (let pass = 0; pass < passes; pass++) {
    for (let slice = 0; slice < SLICES; slice++) {
      const fixed = pass === 0 && slice < 2 ? addresses(pass, slice, blocks, passes) : null;
      for (let at = 0; at < length; at++) {
        const chosen = fixed && fixed.next().value;
        if (pass === 0 && slice === 0 && at < 2) continue;
        const here = slice * length + at;
        const before = block((here + blocks - 1) % blocks);
        const other = block(reference(pass, slice, at, length, fixed ? chosen : before[0]));
        compress(before, other, block(here), pass > 0);
        if (Date.now() - pausedAt > PAUSE_AFTER) {
          await new Promise((resolve) => setTimeout(resolve));
          pausedAt = Date.now();
        }
      }
    }
  }
  return longHash(new Uint8Array(block(blocks - 1).slice().buffer), size);
}
