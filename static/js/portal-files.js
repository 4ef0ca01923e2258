// The files of an opened message: their names are opened at once, a file when somebody saves it.
import { WrongKeyError, fromBase64, openChunk, openPart } from "./escrow-keys.js";

// `get(number)` brings a sealed piece; a piece that is missing, changed or elsewhere ends it.
export async function openFile(place, contentKey, file, get) {
  if (file.chunks < 1) throw new WrongKeyError();
  const pieces = [];
  for (let number = 0; number < file.chunks; number++) {
    pieces.push(await openChunk(place, contentKey, file, number, await get(number)));
  }
  return pieces;
}

export async function aboutOf(place, contentKey, file) {
  return JSON.parse(await openPart(place, contentKey, `file/${file.position}/about`, fromBase64(file.about)));
}

export function sizeOf(bytes) {
  if (bytes < 1000) return "1 kB";
  return bytes < 1000000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1000000).toFixed(1)} MB`;
}

async function piece(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

function saveAs(pieces, { name, mediaType }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(pieces, { type: mediaType }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60 * 1000);
}

async function save(host, { place, contentKey }, file, about) {
  const base = `${host.getAttribute("file-url")}/${file.position}`;
  const said = host.querySelector("[data-files] [role=status]");
  said.textContent = host.getAttribute("file-opening");
  try {
    saveAs(await openFile(place, contentKey, file, (number) => piece(`${base}/${number}`)), about);
    const body = new FormData(host.querySelector("form[data-receipt]"));
    await fetch(`${base}/saved`, { method: "POST", body });
    said.textContent = host.getAttribute("file-saved");
  } catch (_notWhole) {
    said.textContent = host.getAttribute("file-not-opened");
  }
}

export async function showFiles(host, message) {
  const list = host.querySelector("[data-files] ul");
  list.textContent = "";
  for (const file of message.files) {
    const about = await aboutOf(message.place, message.contentKey, file);
    const [item, button] = ["li", "button"].map((name) => document.createElement(name));
    button.type = "button";
    button.className = "pp-button pp-button-2";
    button.textContent = `${about.name} · ${sizeOf(about.size)}`;
    button.addEventListener("click", () => save(host, message, file, about));
    item.appendChild(button);
    list.appendChild(item);
  }
  host.querySelector("[data-files]").hidden = message.files.length === 0;
}
