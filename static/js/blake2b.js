// BLAKE2b (RFC 7693) without a key. A 64-bit word is two halves, low first: numbers that hold 64 bits are newer than
// the phones that open the portal.
const IV = Uint32Array.of(
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a,
  0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
);
const ROUNDS = 12;
const BLOCK = 128;
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
// Columns first, then diagonals (RFC 7693, 3.2).
const QUARTERS = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
];

function add(v, at, low, high) {
  const sum = v[at] + low;
  v[at + 1] += high + (sum > 0xffffffff ? 1 : 0);
  v[at] = sum;
}

// v[at] = (v[at] ^ v[by]), turned right by some bits; a turn by 63 is one to the left.
function turn(v, at, by, bits) {
  const low = v[at] ^ v[by];
  const high = v[at + 1] ^ v[by + 1];
  if (bits === 32) {
    v[at] = high;
    v[at + 1] = low;
  } else if (bits === 63) {
    v[at] = (low << 1) | (high >>> 31);
    v[at + 1] = (high << 1) | (low >>> 31);
  } else {
    v[at] = (low >>> bits) | (high << (32 - bits));
    v[at + 1] = (high >>> bits) | (low << (32 - bits));
  }
}

function mix(v, [a, b, c, d], message, [x, y]) {
  add(v, a, v[b], v[b + 1]);
  add(v, a, message[x], message[x + 1]);
  turn(v, d, a, 32);
  add(v, c, v[d], v[d + 1]);
  turn(v, b, c, 24);
  add(v, a, v[b], v[b + 1]);
  add(v, a, message[y], message[y + 1]);
  turn(v, d, a, 16);
  add(v, c, v[d], v[d + 1]);
  turn(v, b, c, 63);
}

function compress(state, block, count, isLast) {
  const v = new Uint32Array(32);
  v.set(state);
  v.set(IV, 16);
  v[24] ^= count; // no text here is longer than the low half counts
  if (isLast) {
    v[28] = ~v[28];
    v[29] = ~v[29];
  }
  for (let round = 0; round < ROUNDS; round++) {
    const order = SIGMA[round % 10];
    QUARTERS.forEach((quarter, at) => {
      mix(v, quarter.map((word) => word * 2), block, [order[at * 2] * 2, order[at * 2 + 1] * 2]);
    });
  }
  for (let at = 0; at < 16; at++) state[at] ^= v[at] ^ v[at + 16];
}

export function blake2b(text, size) {
  const state = Uint32Array.from(IV);
  state[0] ^= 0x01010000 ^ size;
  const padded = new Uint8Array(Math.max(1, Math.ceil(text.length / BLOCK)) * BLOCK);
  padded.set(text);
  const words = new Uint32Array(padded.buffer);
  for (let from = 0; from < padded.length; from += BLOCK) {
    const isLast = from + BLOCK >= padded.length;
    compress(state, words.subarray(from / 4, (from + BLOCK) / 4), isLast ? text.length : from + BLOCK, isLast);
  }
  return new Uint8Array(state.buffer).slice(0, size);
}
