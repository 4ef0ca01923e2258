// The blocks of a message as plain values: every change gives a new list, so that undo is a step back.

const SHAPES = {
  heading: { text: "New heading", size: "normal" },
  text: { text: "New text", size: "normal" },
  image: { source: "", alt: "", link: "", size: "large" },
  button: { label: "Open", link: "https://" },
  columns: { columns: [[], []] },
  divider: {},
  spacer: { size: "normal" },
  appointment: { title: "Your visit", when: "", where: "", note: "" },
  portal_button: { label: "Read it in the portal" },
};

export const LABELS = {
  heading: "Heading", text: "Text", image: "Image", button: "Button", columns: "Columns", divider: "Divider",
  spacer: "Space", appointment: "Visit card", portal_button: "Portal link",
};

export function newBlock(type, id) {
  const block = { id, type, ...structuredClone(SHAPES[type]) };
  if (type === "columns") block.columns = block.columns.map((_, n) => [newBlock("text", `${id}-${n}`)]);
  return block;
}

export function newId(random = crypto.getRandomValues(new Uint8Array(6))) {
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function find(blocks, id) {
  for (const block of blocks) {
    const found = block.id === id ? block : find((block.columns ?? []).flat(), id);
    if (found) return found;
  }
  return null;
}

// The list with `change` applied to the one, its own list or a column's, that holds the block.
function inList(blocks, id, change) {
  const index = blocks.findIndex((block) => block.id === id);
  if (index >= 0) return change(blocks, index);
  return blocks.map((block) =>
    block.columns ? { ...block, columns: block.columns.map((column) => inList(column, id, change)) } : block);
}

export function replace(blocks, id, changes) {
  return inList(blocks, id, (list, index) => list.with(index, { ...list[index], ...changes }));
}

export function remove(blocks, id) {
  return inList(blocks, id, (list, index) => list.toSpliced(index, 1));
}

export function insertAfter(blocks, id, block) {
  if (!find(blocks, id)) return [...blocks, block];
  return inList(blocks, id, (list, index) => list.toSpliced(index + 1, 0, block));
}

export function duplicate(blocks, id, copyId) {
  return inList(blocks, id, (list, index) => list.toSpliced(index + 1, 0, renamed(list[index], copyId)));
}

function renamed(block, id) {
  const copy = { ...structuredClone(block), id };
  if (copy.columns) {
    copy.columns = copy.columns.map((column, n) => column.map((inner, m) => renamed(inner, `${id}-${n}-${m}`)));
  }
  return copy;
}

export function move(blocks, id, by) {
  return inList(blocks, id, (list, index) => {
    const target = index + by;
    if (target < 0 || target >= list.length) return list;
    return list.toSpliced(index, 1).toSpliced(target, 0, list[index]);
  });
}

// A block may be dropped beside any other, but columns do not go into columns.
export function moveBeside(blocks, id, besideId) {
  const block = find(blocks, id);
  if (id === besideId || (block.columns && !blocks.some((other) => other.id === besideId))) return blocks;
  return insertAfter(remove(blocks, id), besideId, block);
}

export function setColumnCount(blocks, id, count) {
  const { columns } = find(blocks, id);
  const kept = columns.slice(0, count);
  const spilled = columns.slice(count).flat();
  while (kept.length < count) kept.push([newBlock("text", newId())]);
  return replace(blocks, id, { columns: kept.with(-1, [...kept.at(-1), ...spilled]) });
}
