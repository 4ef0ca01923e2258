// Which keys do what, wherever in the editor they are pressed.

export function shortcut({ key, altKey, ctrlKey, metaKey, shiftKey }) {
  if (altKey && key === "ArrowUp") return "up";
  if (altKey && key === "ArrowDown") return "down";
  const letter = ctrlKey || metaKey ? key.toLowerCase() : "";
  return { z: shiftKey ? "redo" : "undo", y: "redo", s: "save" }[letter] ?? null;
}

// What a key does to a block that has the focus itself.
export function onBlock({ key }) {
  return { Delete: "remove", Enter: "open" }[key] ?? null;
}
