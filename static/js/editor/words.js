// Text with marks (**bold**, *italic*, [link](…), {{ field }}) as a list of pieces to show on the paper.

const PIECE = new RegExp([
  /\{\{\s*(?<field>[A-Za-z_][\w.]*)[^{}]*\}\}/,
  /\{%(?<tag>[^%]*)%\}/,
  /\[(?<words>[^\]\n]+)\]\((?<address>(?:\{\{[^{}]*\}\}|[^()\s])+)\)/,
  /\*\*(?<bold>\S(?:.*?\S)?)\*\*/,
  /(?<![*\w])\*(?<italic>[^\s*](?:[^*]*?[^\s*])?)\*(?![*\w])/,
].map((part) => part.source).join("|"), "g");

export function pieces(line) {
  const found = [];
  let from = 0;
  for (const match of line.matchAll(PIECE)) {
    if (match.index > from) found.push({ kind: "text", text: line.slice(from, match.index) });
    found.push(piece(match));
    from = match.index + match[0].length;
  }
  if (from < line.length) found.push({ kind: "text", text: line.slice(from) });
  return found;
}

function piece({ groups }) {
  if (groups.field) return { kind: "field", text: groups.field };
  if (groups.tag !== undefined) return { kind: "tag", text: groups.tag.trim() };
  if (groups.words) return { kind: "link", text: groups.words };
  if (groups.bold) return { kind: "bold", text: groups.bold };
  return { kind: "italic", text: groups.italic };
}

// Paragraphs and lists, as the server makes them of the same text.
export function groups(text) {
  const found = [];
  for (const paragraph of text.trim().split(/\n[ \t]*\n/)) {
    for (const line of paragraph.split("\n")) {
      const kind = /^\s*[-•]\s+/.test(line) ? "ul" : /^\s*\d{1,2}[.)]\s+/.test(line) ? "ol" : "p";
      const last = found.at(-1);
      const isNew = !last || last.kind !== kind || (kind === "p" && line === paragraph.split("\n")[0]);
      if (isNew) found.push({ kind, lines: [] });
      found.at(-1).lines.push(kind === "p" ? line : line.replace(/^\s*(?:[-•]|\d{1,2}[.)])\s+/, ""));
    }
  }
  return found;
}

export function fieldsIn(text) {
  return [...text.matchAll(/\{\{\s*([A-Za-z_]\w*)/g)].map((match) => match[1]);
}
