// <portal-gate item-id="…">: around the form that opens the portal. Keeps the link key in this tab and sends a proof of it.
import { fromHex, proof, readLinkKey, toHex } from "./escrow-keys.js";

export function storageName(itemId) {
  return `escrow:${itemId}`;
}

// Signed out, or left alone: whoever comes next at this device finds no key in this tab, of whichever message.
export function forget(storage) {
  for (const name of Object.keys(storage)) {
    if (name.startsWith("escrow")) storage.removeItem(name);
  }
}

// The key of the link that led here, else the one that this tab already has; null if there is none.
export function keptKey(itemId, fragment, storage) {
  try {
    const linkKey = readLinkKey(fragment.replace(/^#/, ""));
    storage.setItem(storageName(itemId), toHex(linkKey));
    return linkKey;
  } catch (_notAKey) {
    const kept = storage.getItem(storageName(itemId));
    return kept ? fromHex(kept) : null;
  }
}

if (globalThis.customElements) {
  customElements.define("portal-gate", class extends HTMLElement {
    connectedCallback() {
      this.itemId = this.getAttribute("item-id");
      this.linkKey = keptKey(this.itemId, location.hash, sessionStorage);
      // Neither the history nor a glance at the address bar should show the key.
      history.replaceState(null, "", location.pathname + location.search);
      const typed = this.querySelector("[name=access_key]");
      typed.closest(".pp-field").hidden = this.linkKey !== null;
      typed.required = this.linkKey === null;
      this.querySelector("form").addEventListener("submit", (event) => this.prove(event, typed));
    }

    async prove(event, typed) {
      event.preventDefault();
      const form = event.target;
      const linkKey = this.linkKey || keptKey(this.itemId, typed.value, sessionStorage);
      if (linkKey) form.elements.proof.value = toHex(await proof(linkKey, this.itemId));
      typed.disabled = true; // the key itself stays here
      form.submit();
    }
  });
}
